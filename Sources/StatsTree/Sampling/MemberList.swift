/// The members of an aggregate: the places of their records.
struct MemberList {
  /// Their positions in the plan.
  private(set) var indexes: [Int] = []
  /// The first words of their records.
  private(set) var offsets: [Int] = []
  /// Where each stands in the list; kept from the first removal of a long list on.
  private var places: [Int: Int] = [:]
  private static let longest = 64

  var count: Int { indexes.count }

  mutating func append(_ placement: Placement) {
    if !places.isEmpty { places[placement.index] = indexes.count }
    indexes.append(placement.index)
    offsets.append(placement.offset)
  }

  /// Takes a member out; the last one takes its place.
  ///
  /// - Returns: whether it was there.
  mutating func remove(_ placement: Placement) -> Bool {
    if places.isEmpty, count > Self.longest {
      for (place, index) in indexes.enumerated() { places[index] = place }
    }
    let found =
      places.isEmpty ? indexes.firstIndex(of: placement.index) : places[placement.index]
    guard let place = found else { return false }
    if !places.isEmpty {
      places[placement.index] = nil
      if let last = indexes.last, last != placement.index { places[last] = place }
    }
    indexes.swapAt(place, count - 1)
    offsets.swapAt(place, indexes.count - 1)
    indexes.removeLast()
    offsets.removeLast()
    return true
  }
}
