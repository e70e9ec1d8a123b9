/// The members of an aggregate: the places of their records.
struct MemberList {
  /// What is known of a member from the last sample.
  struct Memory {
    /// Whether the sample has its numbers.
    var isCounted = false
    /// The sum of its words that only grow.
    var sum: UInt64 = 0
  }

  /// Their positions in the plan.
  private(set) var indexes: [Int] = []
  /// The first words of their records.
  private(set) var offsets: [Int] = []
  var memories: [Memory] = []
  /// Where each stands in the list; kept from the first removal of a long list on.
  private var places: [Int: Int] = [:]
  private static let longest = 64

  var count: Int { indexes.count }

  mutating func append(_ placement: Placement, _ memory: Memory = Memory()) {
    if !places.isEmpty { places[placement.index] = indexes.count }
    indexes.append(placement.index)
    offsets.append(placement.offset)
    memories.append(memory)
  }

  /// Takes a member out; the last one takes its place.
  ///
  /// - Returns: what is known of it, or nil where it was not there.
  mutating func remove(_ placement: Placement) -> Memory? {
    if places.isEmpty, count > Self.longest {
      for (place, index) in indexes.enumerated() { places[index] = place }
    }
    let found =
      places.isEmpty ? indexes.firstIndex(of: placement.index) : places[placement.index]
    guard let place = found else { return nil }
    if !places.isEmpty {
      places[placement.index] = nil
      if let last = indexes.last, last != placement.index { places[last] = place }
    }
    let memory = memories[place]
    let last = count - 1
    indexes[place] = indexes[last]
    offsets[place] = offsets[last]
    memories[place] = memories[last]
    indexes.removeLast()
    offsets.removeLast()
    memories.removeLast()
    return memory
  }
}
