/// What each backing is asked in a pass.
struct BatchList {
  private struct Batch {
    /// Nil where none of its groups is left.
    var backing: (any Backing)?
    var placements: [Placement] = []
  }

  /// A batch, and where in it a group is.
  struct Position {
    fileprivate let batch: Int32
    fileprivate let place: Int32
  }

  private var batches: [Batch] = []
  private var batchOf: [ObjectIdentifier: Int] = [:]
  /// The batches as they are asked: who may wait comes last.
  private var order: [Int] = []

  /// Has a backing asked for a record.
  mutating func append(_ placement: Placement, _ backing: any Backing) -> Position {
    let key = ObjectIdentifier(backing)
    let batch: Int
    if let known = batchOf[key] {
      batch = known
    } else {
      batch = batches.firstIndex { $0.backing == nil } ?? batches.count
      if batch == batches.count { batches.append(Batch()) }
      batches[batch].backing = backing
      batchOf[key] = batch
      sort()
    }
    batches[batch].placements.append(placement)
    return Position(batch: Int32(batch), place: Int32(batches[batch].placements.count - 1))
  }

  /// Has it asked no more; the last one of its batch takes the position.
  ///
  /// - Returns: the one that took it, if there was another.
  mutating func remove(_ position: Position) -> Placement? {
    let (batch, place) = (Int(position.batch), Int(position.place))
    let last = batches[batch].placements.removeLast()
    if place < batches[batch].placements.count {
      batches[batch].placements[place] = last
      return last
    }
    if batches[batch].placements.isEmpty, let backing = batches[batch].backing {
      batchOf[ObjectIdentifier(backing)] = nil
      batches[batch] = Batch()
      sort()
    }
    return nil
  }

  /// Who may wait comes last, so that the others' windows do not depend on it.
  private mutating func sort() {
    let live = batches.indices.filter { batches[$0].backing != nil }
    order =
      live.filter { batches[$0].backing?.mayWait == false }
      + live.filter { batches[$0].backing?.mayWait == true }
  }

  /// Asks each backing once.
  func sample(into snapshot: inout Snapshot) {
    // By index: unoptimized, an iterator allocates for each element.
    for position in order.indices {
      let index = order[position]
      batches[index].backing?.sample(batches[index].placements, into: &snapshot)
    }
  }
}
