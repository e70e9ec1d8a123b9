/// The list of an aggregate's members, with the locations of their records.
struct MemberList {
  /// The state of a member in the last sample of the aggregate.
  struct State {
    /// Whether the sample includes the member's values.
    var isCounted = false
    /// The sum of the member's words that only grow.
    var sum: UInt64 = 0
  }

  /// For each member, its index in the plan.
  private(set) var indexes: [Int] = []
  /// For each member, the offset of the first word of its record.
  private(set) var offsets: [Int] = []
  var states: [State] = []
  /// Maps a member's index in the plan to the member's position in this list.
  ///
  /// The map is filled at the first removal from a long list.
  private var positions: [Int: Int] = [:]
  private static let maximumScanLength = 64

  var count: Int { indexes.count }

  mutating func append(_ placement: Placement, _ state: State = State()) {
    if !positions.isEmpty { positions[placement.index] = indexes.count }
    indexes.append(placement.index)
    offsets.append(placement.offset)
    states.append(state)
  }

  /// Removes a member.
  ///
  /// The last member of the list moves to the free position.
  ///
  /// - Returns: The state of the member, or `nil` if the list does not have the member.
  mutating func remove(_ placement: Placement) -> State? {
    if positions.isEmpty, count > Self.maximumScanLength {
      for (position, index) in indexes.enumerated() { positions[index] = position }
    }
    let found =
      positions.isEmpty ? indexes.firstIndex(of: placement.index) : positions[placement.index]
    guard let position = found else { return nil }
    if !positions.isEmpty {
      positions[placement.index] = nil
      if let last = indexes.last, last != placement.index { positions[last] = position }
    }
    let state = states[position]
    let last = count - 1
    indexes[position] = indexes[last]
    offsets[position] = offsets[last]
    states[position] = states[last]
    indexes.removeLast()
    offsets.removeLast()
    states.removeLast()
    return state
  }
}
