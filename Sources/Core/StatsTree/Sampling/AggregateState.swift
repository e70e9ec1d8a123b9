import Statistics

/// An aggregate in a plan: its members' records, and what they are together.
final class AggregateState {
  let group: Group
  let family: Family
  private(set) var placement: Placement
  private(set) var list = MemberList()
  /// How the members were in the last pass.
  private(set) var members = Members()
  private var fold: Fold
  private let losses: ResetDetector
  /// The members that left, of which the totals are kept.
  private var departedCount = 0
  /// How many members had each of the statistics that only grow, in the last pass.
  private var activeCounts: [Int]
  private static let recordsAtOnce = 1024
  /// While a plan is made anew, the members in the old one that are not found yet.
  private var earlier = MemberList()
  private var departures = DepartedMembers()
  /// The records of members that are gone, in the last pass.
  private var goneOffsets: [Int] = []

  init(_ group: Group, _ aggregation: AggregateBacking, _ placement: Placement) {
    self.group = group
    self.placement = placement
    family = aggregation.family
    fold = Fold(aggregation.form)
    losses = ResetDetector(of: aggregation.form)
    activeCounts = Array(repeating: 0, count: losses.positions.count)
  }

  // MARK: - Membership

  /// Takes its place in a plan that is made anew; what departed members left stays.
  func move(to placement: Placement) {
    self.placement = placement
    earlier = list
    list = MemberList()
    departures.forgetPlaces()
  }

  /// A member joins; `old` is where its record was in the plan before.
  func append(_ placement: Placement, _ group: Group, from old: Placement? = nil) {
    list.append(placement, old.flatMap { earlier.remove($0) } ?? MemberList.Memory())
    departures.comeBack(group, at: placement.index)
  }

  /// A member leaves; its last totals stay, until it comes back.
  ///
  /// - Returns: whether it was one.
  @discardableResult
  func remove(_ placement: Placement, _ group: Group, last snapshot: borrowing Snapshot) -> Bool {
    guard let memory = list.remove(placement) else { return false }
    // It may have come back and not been read since.
    if !departures.leaveAgain(placement.index), memory.isCounted {
      retain(placement.offset, group, snapshot)
    }
    return true
  }

  /// The members leave that the plan before had and this one has not; the snapshot is in the order of
  /// the plan before.
  func removeEarlier(of old: Plan, last snapshot: borrowing Snapshot) {
    for place in earlier.offsets.indices where earlier.memories[place].isCounted {
      guard let entry = old.entry(at: earlier.indexes[place]) else { continue }
      retain(earlier.offsets[place], entry.group, snapshot)
    }
    earlier = MemberList()
  }

  private func retain(_ offset: Int, _ group: Group, _ snapshot: borrowing Snapshot) {
    departedCount += 1
    let words = snapshot.allWords.extracting(record(offset))
    fold.retain(words)
    departures.leave(group, with: words)
  }

  /// What departed members left of a statistic of the members' schema.
  func retained(_ statistic: Int, word: Int) -> UInt64? {
    fold.retained(statistic, word: word)
  }

  /// The words of a member's record.
  private func record(_ offset: Int) -> Range<Int> {
    offset..<offset + fold.form.source.wordCount
  }

  // MARK: - A pass

  /// Folds what a pass has read.
  ///
  /// A member that could not be read counts with its last numbers; one that is gone with its totals
  /// only. The window is that of the members that are up. What a member had counted before it counted here is added to the sample
  /// before, so that it is no growth; what one had that began again at zero is kept.
  func fold(_ current: inout Snapshot, before: inout Snapshot) {
    if departures.haveReturned { takeBack(current, &before) }
    let reach = add(current)
    let hasOthers = hasOtherActivity(current)
    // Before the first sample there is nothing to compare with.
    if before.wasEverRead(placement.index) {
      if reach.mayHaveFallen || hasOthers { compare(current, &before) }
      if reach.newCount > 0 { arrive(current, &before) }
    }
    if reach.newCount > 0 { count(current) }
    write(&current)
    if let window = reach.fresh.window {
      current.finish(placement, window)
    } else if let window = reach.held.window {
      current.finish(placement, window, staleSince: window.end)
    } else if before.wasEverRead(placement.index) {
      let window = before.window(of: placement.index)
      current.finish(placement, window, staleSince: window.end)
    } else {
      // Nothing was ever read; what was denied before may have left.
      current.fail(placement, reach.denial ?? .stale(since: 0))
    }
  }

  /// Folds anew what members have of a statistic that was set to zero: nothing was lost.
  ///
  /// - Parameters:
  ///   - statistic: its position in the members' schema.
  ///   - isAll: whether the aggregate itself begins again, with what departed members left.
  ///   - current: the sample, in which the members have it as zero.
  func refold(_ statistic: Int, isAll: Bool, _ current: inout Snapshot) {
    if isAll { fold.forget(statistic) }
    _ = add(current)
    write(&current)
  }

  /// Adds up the members, and says what was seen on the way.
  private func add(_ current: borrowing Snapshot) -> AggregateReach {
    var reach = AggregateReach()
    var members = Members()
    members.departedCount = departedCount
    // Out of the object meanwhile: each look into it has its price.
    let (indexes, offsets, losses) = (list.indexes, list.offsets, losses)
    let length = fold.form.source.wordCount
    var memories: [MemberList.Memory] = []
    swap(&memories, &list.memories)
    fold.begin()
    goneOffsets.removeAll(keepingCapacity: true)
    var known = memories.mutableSpan
    let words = current.allWords
    var begin = 0
    // By index: unoptimized, an iterator allocates for each element.
    for position in indexes.indices {
      let index = indexes[position]
      let status = current.status(of: index)
      members.add(status)
      let hasNumbers = reach.add(status, current.window(of: index))
      // Of what is gone only the totals count.
      let isFolded = hasNumbers && status != .gone
      // Some at a time: the records are in the cache when they are read the second time.
      if !isFolded || position - begin == Self.recordsAtOnce {
        fold.add(words, at: offsets.span.extracting(begin..<position))
        begin = isFolded ? position : position + 1
      }
      guard hasNumbers else { continue }
      let offset = offsets[position]
      let sum = losses.sum(words.extracting(offset..<offset + length))
      reach.add(known[position], sum)
      known[position].sum = sum
      if !isFolded { goneOffsets.append(offset) }
    }
    fold.add(words, at: offsets.span.extracting(begin..<offsets.count))
    swap(&memories, &list.memories)
    self.members = members
    return reach
  }

  /// Writes the record, in which members that are gone have their totals like those that left.
  private func write(_ current: inout Snapshot) {
    for offset in goneOffsets { fold.retain(current.allWords.extracting(record(offset))) }
    current.fill(placement) { fold.write(into: &$0) }
    for offset in goneOffsets { fold.release(current.allWords.extracting(record(offset))) }
  }

  /// Members that came back and were read are counted by their own numbers again.
  private func takeBack(_ current: borrowing Snapshot, _ before: inout Snapshot) {
    let hadSample = before.wasEverRead(placement.index)
    for position in list.indexes.indices where current.wasEverRead(list.indexes[position]) {
      guard let left = departures.settle(list.indexes[position]) else { continue }
      departedCount -= 1
      fold.release(left.span)
      if hadSample { before.fill(placement) { fold.form.removeTotals(of: left.span, from: &$0) } }
    }
  }

  /// Whether words became active or inactive since the last pass; notes how many are active.
  private func hasOtherActivity(_ current: borrowing Snapshot) -> Bool {
    var isOther = false
    for index in activeCounts.indices {
      let position = losses.positions[index]
      var count = fold.activeCount(of: position)
      for offset in goneOffsets where losses.isActive(index, in: current.allWords, at: offset) {
        count += 1
      }
      if count != activeCounts[index] { isOther = true }
      activeCounts[index] = count
    }
    return isOther
  }

  /// Keeps what members had and lost, so that sums grow by what was counted since.
  private func compare(_ current: borrowing Snapshot, _ before: inout Snapshot) {
    for position in list.offsets.indices where list.memories[position].isCounted {
      let place = record(list.offsets[position])
      let found = losses.records(
        from: before.allWords.extracting(place), to: current.allWords.extracting(place))
      guard let (lost, begun) = found else { continue }
      fold.retain(lost.span)
      before.fill(placement) { fold.form.addTotals(of: begun.span, to: &$0) }
    }
  }

  /// Adds what new members have to the sample before.
  private func arrive(_ current: borrowing Snapshot, _ before: inout Snapshot) {
    for position in list.indexes.indices where !list.memories[position].isCounted {
      guard current.wasEverRead(list.indexes[position]) else { continue }
      let words = current.allWords.extracting(record(list.offsets[position]))
      before.fill(placement) { fold.form.addTotals(of: words, to: &$0) }
    }
  }

  /// Notes that the sample has all members that were ever read.
  private func count(_ current: borrowing Snapshot) {
    for position in list.indexes.indices where current.wasEverRead(list.indexes[position]) {
      list.memories[position].isCounted = true
    }
  }
}
