/// Collects the records that a pass (one sampling of all groups) requests from each backing.
struct BatchList {
  private struct Batch {
    /// The backing of the batch; `nil` if all groups of the batch were removed.
    var backing: (any Backing)?
    var placements: [Placement] = []
  }

  /// The position of a group: the index of its batch, and its index in the batch.
  struct Position {
    fileprivate let batch: Int32
    fileprivate let offset: Int32
  }

  private var batches: [Batch] = []
  private var batchOf: [ObjectIdentifier: Int] = [:]
  /// The indices of the batches, in the order in which a pass reads them.
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
  /// The last record of the same batch moves to the free position.
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

  /// Moves the backings that might block to the end of the order, so that these backings do not
  /// delay the reads of other backings.
  private mutating func sort() {
    let live = batches.indices.filter { batches[$0].backing != nil }
    order =
      live.filter { batches[$0].backing?.mayWait == false }
      + live.filter { batches[$0].backing?.mayWait == true }
  }

  /// Calls each backing once, with all its records.
  func sample(into snapshot: inout Snapshot) {
    // The loop uses indices, because an iterator allocates memory for each element in unoptimized
    // builds.
    for position in order.indices {
      let index = order[position]
      batches[index].backing?.sample(batches[index].placements, into: &snapshot)
    }
  }
}
