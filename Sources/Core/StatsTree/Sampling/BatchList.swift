/// The records that a pass requests from each backing.
struct BatchList {
  private struct Batch {
    /// `nil` if all of its groups were removed.
    var backing: (any Backing)?
    var placements: [Placement] = []
  }

  /// The position of a group: a batch and an offset in it.
  struct Position {
    fileprivate let batch: Int32
    fileprivate let offset: Int32
  }

  private var batches: [Batch] = []
  private var batchOf: [ObjectIdentifier: Int] = [:]
  /// The order in which the batches are read.
  private var order: [Int] = []

  /// Adds a record to the batch of its backing.
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
    return Position(batch: Int32(batch), offset: Int32(batches[batch].placements.count - 1))
  }

  /// Removes a record.
  ///
  /// The last record of its batch moves to the position.
  ///
  /// - Returns: The record that moved, if any.
  mutating func remove(_ position: Position) -> Placement? {
    let (batch, offset) = (Int(position.batch), Int(position.offset))
    let last = batches[batch].placements.removeLast()
    if offset < batches[batch].placements.count {
      batches[batch].placements[offset] = last
      return last
    }
    if batches[batch].placements.isEmpty, let backing = batches[batch].backing {
      batchOf[ObjectIdentifier(backing)] = nil
      batches[batch] = Batch()
      sort()
    }
    return nil
  }

  /// Moves backings that may wait to the end, so that they do not delay the windows of the others.
  private mutating func sort() {
    let live = batches.indices.filter { batches[$0].backing != nil }
    order =
      live.filter { batches[$0].backing?.mayWait == false }
      + live.filter { batches[$0].backing?.mayWait == true }
  }

  /// Calls each backing once.
  func sample(into snapshot: inout Snapshot) {
    // By index: unoptimized, an iterator allocates for each element.
    for position in order.indices {
      let index = order[position]
      batches[index].backing?.sample(batches[index].placements, into: &snapshot)
    }
  }
}
