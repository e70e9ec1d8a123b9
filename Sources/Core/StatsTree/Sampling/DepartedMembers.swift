/// Remembers the members that left an aggregate and can return.
///
/// A removed source can be added again with the same groups. When a group returns, the values that
/// it had when it left must not count in addition to its current values. A group that no longer
/// exists is forgotten.
struct DepartedMembers {
  private struct Departure {
    let id: UInt64
    weak var group: Group?
    /// The values of the group when it left.
    let record: [UInt64]
  }

  /// The departed groups, by their IDs.
  private var departed: [UInt64: Departure] = [:]
  /// The groups that returned and have not been read since, by their new indices in the plan.
  private var returned: [Int: Departure] = [:]
  /// When the number of departed groups reaches this threshold, those that no longer exist are
  /// removed.
  private var purgeThreshold = 64

  /// Whether there are groups that returned and have not been read since.
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

  /// Removes a group from the returned ones, after the group was read.
  ///
  /// - Returns: The values that the group had when it left, or `nil` if the group had not returned.
  mutating func removeReturned(at index: Int) -> [UInt64]? {
    returned.isEmpty ? nil : returned.removeValue(forKey: index)?.record
  }

  /// Discards the indices of returned groups; a rebuilt plan marks these groups as returned again.
  mutating func discardIndexes() {
    for departure in returned.values { departed[departure.id] = departure }
    returned = [:]
  }
}
