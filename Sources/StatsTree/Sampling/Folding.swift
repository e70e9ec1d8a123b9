import Statistics

/// An aggregate in a plan: its members' records, and what they are together.
final class Folding {
  let group: Group
  let family: Family
  private(set) var placement: Placement
  private(set) var list = MemberList()
  /// How the members were in the last pass.
  private(set) var members = Members()
  private var fold: Fold
  /// The records that are folded in a pass; as long as the list.
  private var offsets: [Int] = []
  /// While a plan is made anew, the members in the old one that are not found yet.
  private var earlier = MemberList()

  init(_ group: Group, _ aggregation: Aggregation, _ placement: Placement) {
    self.group = group
    self.placement = placement
    family = aggregation.family
    fold = Fold(aggregation.form)
  }

  // MARK: - Membership

  /// Takes its place in a plan that is made anew; what departed members left stays.
  func move(to placement: Placement) {
    self.placement = placement
    earlier = list
    list = MemberList()
    offsets = []
  }

  /// - Parameter old: where the member's record was in the plan before.
  func append(_ placement: Placement, from old: Placement? = nil) {
    let wasCounted = old.flatMap { earlier.remove($0) } ?? false
    list.append(placement, isCounted: wasCounted)
    offsets.append(0)
  }

  /// A member leaves; its last totals stay.
  ///
  /// - Returns: whether it was one.
  @discardableResult
  func remove(_ placement: Placement, last snapshot: borrowing Snapshot) -> Bool {
    guard let wasCounted = list.remove(placement) else { return false }
    offsets.removeLast()
    if wasCounted { retain(placement.offset, snapshot) }
    return true
  }

  /// The members leave that the plan before had and this one has not.
  ///
  /// - Parameter snapshot: the last one, in the order of the plan before.
  func removeEarlier(last snapshot: borrowing Snapshot) {
    for place in earlier.offsets.indices where earlier.isCounted[place] {
      retain(earlier.offsets[place], snapshot)
    }
    earlier = MemberList()
  }

  private func retain(_ offset: Int, _ snapshot: borrowing Snapshot) {
    fold.retain(snapshot.allWords.extracting(offset..<offset + fold.form.source.wordCount))
  }

  /// What departed members left of a statistic of the members' schema.
  func retained(_ statistic: Int, word: Int) -> UInt64? {
    fold.retained(statistic, word: word)
  }

  // MARK: - A pass

  /// Folds what a pass has read.
  ///
  /// A member that could not be read counts with its last numbers. The window is that of the
  /// members that are up. What a member had counted before it counted here is added to the sample
  /// before, so that it is no growth.
  func fold(_ current: inout Snapshot, before: inout Snapshot) {
    members = Members()
    members.departedCount = fold.retainedCount
    var count = 0
    var fresh: (begin: UInt64, end: UInt64) = (.max, 0)
    var held: (begin: UInt64, end: UInt64) = (.max, 0)
    var denial: Status?
    let hadSample = before.wasEverRead(placement.index)
    // By index: unoptimized, an iterator allocates for each element.
    for position in list.indexes.indices {
      let index = list.indexes[position]
      let status = current.status(of: index)
      members.add(status)
      let window = current.window(of: index)
      guard window.end > 0 else {
        if case .denied = status { denial = status }
        continue
      }
      if status == .up {
        fresh = (min(fresh.begin, window.begin), max(fresh.end, window.end))
      } else {
        held = (min(held.begin, window.begin), max(held.end, window.end))
      }
      offsets[count] = list.offsets[position]
      if !list.isCounted[position] {
        if hadSample { arrive(offsets[count], current, &before) }
        list.setCounted(position)
      }
      count += 1
    }
    fold.begin()
    fold.add(current.allWords, at: offsets.span.extracting(0..<count))
    current.fill(placement) { fold.write(into: &$0) }
    if fresh.end > 0 {
      current.finish(placement, Window(begin: fresh.begin, end: fresh.end))
    } else if held.end > 0 {
      current.finish(
        placement, Window(begin: held.begin, end: held.end), staleSince: held.end)
    } else if hadSample {
      let window = before.window(of: placement.index)
      current.finish(placement, window, staleSince: window.end)
    } else {
      // Nothing was ever read; what was denied before may have left.
      current.fail(placement, denial ?? .stale(since: 0))
    }
  }

  private func arrive(
    _ offset: Int, _ current: borrowing Snapshot, _ before: inout Snapshot
  ) {
    let record = current.allWords.extracting(offset..<offset + fold.form.source.wordCount)
    before.fill(placement) { fold.form.addTotals(of: record, to: &$0) }
  }
}
