/// The members of an aggregate: the places of their records.
struct MemberList {
  /// Their positions in the plan.
  private(set) var indexes: [Int] = []
  /// The first words of their records.
  private(set) var offsets: [Int] = []
  /// Whether their numbers are in the aggregate's last sample.
  private(set) var isCounted: [Bool] = []
  /// Where each stands in the list; kept from the first removal of a long list on.
  private var places: [Int: Int] = [:]
  private static let longest = 64

  var count: Int { indexes.count }

  mutating func append(_ placement: Placement, isCounted: Bool = false) {
    if !places.isEmpty { places[placement.index] = indexes.count }
    indexes.append(placement.index)
    offsets.append(placement.offset)
    self.isCounted.append(isCounted)
  }

  /// Notes that a sample has the numbers of the member at a place in the list.
  mutating func setCounted(_ place: Int) { isCounted[place] = true }

  /// Takes a member out; the last one takes its place.
  ///
  /// - Returns: whether its numbers are in the last sample, or nil where it was not there.
  mutating func remove(_ placement: Placement) -> Bool? {
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
    let wasCounted = isCounted[place]
    let last = count - 1
    indexes[place] = indexes[last]
    offsets[place] = offsets[last]
    isCounted[place] = isCounted[last]
    indexes.removeLast()
    offsets.removeLast()
    isCounted.removeLast()
    return wasCounted
  }
}
