/// The members that left an aggregate and can return.
///
/// A removed source may be added again with the same groups. The values that a group had when it
/// left must not count in addition to its current values. A group that no longer exists is dropped.
struct DepartedMembers {
  private struct Departure {
    let id: UInt64
    weak var group: Group?
    /// The values of the group when it left.
    let record: [UInt64]
  }

  /// The departed groups by id.
  private var departed: [UInt64: Departure] = [:]
  /// The groups that returned and were not read since, by their new indexes in the plan.
  private var returned: [Int: Departure] = [:]
  /// Purge threshold; doubles with the number of live entries.
  private var purgeThreshold = 64

  /// Whether groups returned that were not read since.
  var hasReturned: Bool { !returned.isEmpty }

  mutating func add(_ group: Group, with record: Span<UInt64>) {
    if departed.count >= purgeThreshold {
      departed = departed.filter { $0.value.group != nil }
      purgeThreshold = max(64, 2 * departed.count)
    }
    var words: [UInt64] = []
    words.reserveCapacity(record.count)
    for index in record.indices { words.append(record[index]) }
    departed[group.id] = Departure(id: group.id, group: group, record: words)
  }

  mutating func markReturned(_ group: Group, at index: Int) {
    guard !departed.isEmpty, let departure = departed.removeValue(forKey: group.id) else { return }
    returned[index] = departure
  }

  /// Reverts the return of a group that leaves again before it was read.
  ///
  /// - Returns: `true` if the group at the index had returned.
  mutating func revertReturn(at index: Int) -> Bool {
    guard !returned.isEmpty, let departure = returned.removeValue(forKey: index) else {
      return false
    }
    departed[departure.id] = departure
    return true
  }

  /// Removes a returned group after it was read.
  ///
  /// - Returns: The values of the group when it left, or `nil` if it had not returned.
  mutating func removeReturned(at index: Int) -> [UInt64]? {
    returned.isEmpty ? nil : returned.removeValue(forKey: index)?.record
  }

  /// Discards the indexes; a rebuilt plan adds the returned groups again.
  mutating func discardIndexes() {
    for departure in returned.values { departed[departure.id] = departure }
    returned = [:]
  }
}
