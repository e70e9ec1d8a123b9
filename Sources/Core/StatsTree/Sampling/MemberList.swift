/// The members of an aggregate: the locations of their records.
struct MemberList {
  /// The state of a member in the last sample.
  struct State {
    /// Whether the sample includes its values.
    var isCounted = false
    /// The sum of its words that only grow.
    var sum: UInt64 = 0
  }

  /// The indexes of the members in the plan.
  private(set) var indexes: [Int] = []
  /// The offsets of the first words of their records.
  private(set) var offsets: [Int] = []
  var states: [State] = []
  /// The position of each member by its index; filled at the first removal from a long list.
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
  /// The last member moves to its position.
  ///
  /// - Returns: The state of the member, or `nil` if it was not in the list.
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
