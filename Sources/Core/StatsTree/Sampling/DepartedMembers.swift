/// The members that left an aggregate, as long as they can come back.
///
/// A source that was removed may be added again, with the same groups: what they had when they left
/// is not to be counted beside what they have then. A group that nobody holds any more is forgotten.
struct DepartedMembers {
  private struct Departure {
    let id: UInt64
    weak var group: Group?
    /// What it had when it left.
    let record: [UInt64]
  }

  /// By the group's id.
  private var away: [UInt64: Departure] = [:]
  /// Those that came back and were not read since, by their new places.
  private var returned: [Int: Departure] = [:]
  /// At so many it is looked at which are still held.
  private var limit = 64

  /// Whether groups came back that were not read since.
  var haveReturned: Bool { !returned.isEmpty }

  mutating func leave(_ group: Group, with record: Span<UInt64>) {
    if away.count >= limit {
      away = away.filter { $0.value.group != nil }
      limit = max(64, 2 * away.count)
    }
    var words: [UInt64] = []
    words.reserveCapacity(record.count)
    for index in record.indices { words.append(record[index]) }
    away[group.id] = Departure(id: group.id, group: group, record: words)
  }

  mutating func comeBack(_ group: Group, at place: Int) {
    guard !away.isEmpty, let departure = away.removeValue(forKey: group.id) else { return }
    returned[place] = departure
  }

  /// - Returns: whether the group at a place had come back and not been read since.
  mutating func leaveAgain(_ place: Int) -> Bool {
    guard !returned.isEmpty, let departure = returned.removeValue(forKey: place) else {
      return false
    }
    away[departure.id] = departure
    return true
  }

  /// The group at a place was read: what it had when it left, if it had come back.
  mutating func settle(_ place: Int) -> [UInt64]? {
    returned.isEmpty ? nil : returned.removeValue(forKey: place)?.record
  }

  /// The places are others now; who has come back will do so again.
  mutating func forgetPlaces() {
    for departure in returned.values { away[departure.id] = departure }
    returned = [:]
  }
}
