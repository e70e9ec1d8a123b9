import Statistics

/// An aggregate in a plan: the records of its members and their combined values.
final class AggregateState {
  let group: Group
  let family: Family
  private(set) var placement: Placement
  private(set) var list = MemberList()
  /// The number of members by status in the last pass.
  private(set) var members = Members()
  private var aggregator: Aggregator
  private let resetDetector: ResetDetector
  /// The number of departed members, whose totals are kept.
  private var departedCount = 0
  /// For each statistic that only grows, the number of members that had it in the last pass.
  private var activeCounts: [Int]
  private static let blockLength = 1024
  /// While a plan is rebuilt, the members in the old plan that were not found yet.
  private var previousList = MemberList()
  private var departedMembers = DepartedMembers()
  /// The offsets of the records of members that were gone in the last pass.
  private var goneOffsets: [Int] = []

  init(_ group: Group, _ aggregation: AggregateBacking, _ placement: Placement) {
    self.group = group
    self.placement = placement
    family = aggregation.family
    aggregator = Aggregator(aggregation.definition)
    resetDetector = ResetDetector(of: aggregation.definition)
    activeCounts = Array(repeating: 0, count: resetDetector.positions.count)
  }

  // MARK: - Membership

  /// Moves to a placement in a rebuilt plan; the totals of departed members are kept.
  func move(to placement: Placement) {
    self.placement = placement
    previousList = list
    list = MemberList()
    departedMembers.discardIndexes()
  }

  /// Adds a member.
  ///
  /// `old` is the placement of its record in the previous plan.
  func append(_ placement: Placement, _ group: Group, from old: Placement? = nil) {
    list.append(placement, old.flatMap { previousList.remove($0) } ?? MemberList.State())
    departedMembers.markReturned(group, at: placement.index)
  }

  /// Removes a member and keeps its last totals until it returns.
  ///
  /// - Returns: `true` if the group was a member.
  @discardableResult
  func remove(_ placement: Placement, _ group: Group, last snapshot: borrowing Snapshot) -> Bool {
    guard let state = list.remove(placement) else { return false }
    // It may have returned and not been read since.
    if !departedMembers.revertReturn(at: placement.index), state.isCounted {
      retain(placement.offset, group, snapshot)
    }
    return true
  }

  /// Removes the members that only the previous plan has.
  ///
  /// `snapshot` has the layout of the previous plan.
  func removeUnmatched(of old: Plan, last snapshot: borrowing Snapshot) {
    for position in previousList.offsets.indices where previousList.states[position].isCounted {
      guard let entry = old.entry(at: previousList.indexes[position]) else { continue }
      retain(previousList.offsets[position], entry.group, snapshot)
    }
    previousList = MemberList()
  }

  private func retain(_ offset: Int, _ group: Group, _ snapshot: borrowing Snapshot) {
    departedCount += 1
    let words = snapshot.allWords.extracting(record(offset))
    aggregator.retain(words)
    departedMembers.add(group, with: words)
  }

  /// Returns the total that departed members left of a statistic of the members' schema.
  func retained(_ statistic: Int, word: Int) -> UInt64? {
    aggregator.retained(statistic, word: word)
  }

  /// Returns the words of a member's record.
  private func record(_ offset: Int) -> Range<Int> {
    offset..<offset + aggregator.definition.members.wordCount
  }

  // MARK: - A pass

  /// Computes the aggregate of a pass.
  ///
  /// A member that could not be read counts with its last values; a member that is gone counts with
  /// its totals only. The window covers the members that are up. The values that a new member had
  /// before it joined are added to the previous sample, so that they are not growth. The totals of
  /// a member that was reset to zero are kept.
  func update(_ current: inout Snapshot, previous: inout Snapshot) {
    if departedMembers.hasReturned { recountReturned(current, &previous) }
    let summary = addMembers(current)
    let hasChanged = updateActiveCounts(current)
    // Without a previous sample there is nothing to compare with.
    if previous.wasEverRead(placement.index) {
      if summary.mayHaveFallen || hasChanged { retainResets(current, &previous) }
      if summary.newCount > 0 { addNewMembers(current, &previous) }
    }
    if summary.newCount > 0 { markCounted(current) }
    write(&current)
    if let window = summary.upWindows.window {
      current.finish(placement, window)
    } else if let window = summary.otherWindows.window {
      current.finish(placement, window, staleSince: window.end)
    } else if previous.wasEverRead(placement.index) {
      let window = previous.window(of: placement.index)
      current.finish(placement, window, staleSince: window.end)
    } else {
      // Nothing was ever read. A member that was denied before may have left.
      current.fail(placement, summary.denial ?? .pending)
    }
  }

  /// Recomputes a statistic that was set to zero in the members.
  ///
  /// It is not a reset: nothing is kept.
  ///
  /// - Parameters:
  ///   - statistic: The position in the members' schema.
  ///   - isAll: Whether the aggregate also discards the totals of departed members.
  ///   - current: The sample, in which the statistic of the members is zero.
  func recompute(_ statistic: Int, isAll: Bool, _ current: inout Snapshot) {
    if isAll { aggregator.discardRetained(statistic) }
    _ = addMembers(current)
    write(&current)
  }

  /// Adds up the members and returns a summary of their statuses.
  private func addMembers(_ current: borrowing Snapshot) -> MemberSummary {
    var summary = MemberSummary()
    var members = Members()
    members.departedCount = departedCount
    // Local copies: each access to a property of the object has a cost.
    let (indexes, offsets, resetDetector) = (list.indexes, list.offsets, resetDetector)
    let length = aggregator.definition.members.wordCount
    var states: [MemberList.State] = []
    swap(&states, &list.states)
    aggregator.reset()
    goneOffsets.removeAll(keepingCapacity: true)
    var known = states.mutableSpan
    let words = current.allWords
    var begin = 0
    // By index: unoptimized, an iterator allocates for each element.
    for position in indexes.indices {
      let index = indexes[position]
      let status = current.status(of: index)
      members.add(status)
      let hasNumbers = summary.add(status, current.window(of: index))
      // A member that is gone counts with its totals only.
      let isFolded = hasNumbers && status != .gone
      // In blocks: the records are still in the cache when they are read the second time.
      if !isFolded || position - begin == Self.blockLength {
        aggregator.add(words, at: offsets.span.extracting(begin..<position))
        begin = isFolded ? position : position + 1
      }
      guard hasNumbers else { continue }
      let offset = offsets[position]
      let sum = resetDetector.sum(words.extracting(offset..<offset + length))
      summary.add(known[position], sum)
      known[position].sum = sum
      if !isFolded { goneOffsets.append(offset) }
    }
    aggregator.add(words, at: offsets.span.extracting(begin..<offsets.count))
    swap(&states, &list.states)
    self.members = members
    return summary
  }

  /// Writes the record; members that are gone count with their totals, as departed members do.
  private func write(_ current: inout Snapshot) {
    for offset in goneOffsets { aggregator.retain(current.allWords.extracting(record(offset))) }
    current.fill(placement) { aggregator.write(into: &$0) }
    for offset in goneOffsets { aggregator.release(current.allWords.extracting(record(offset))) }
  }

  /// Counts members that returned and were read by their own values again.
  private func recountReturned(_ current: borrowing Snapshot, _ previous: inout Snapshot) {
    let hadSample = previous.wasEverRead(placement.index)
    for position in list.indexes.indices where current.wasEverRead(list.indexes[position]) {
      guard let left = departedMembers.removeReturned(at: list.indexes[position]) else { continue }
      departedCount -= 1
      aggregator.release(left.span)
      if hadSample {
        previous.fill(placement) { aggregator.definition.removeTotals(of: left.span, from: &$0) }
      }
    }
  }

  /// Updates the number of members with each word.
  ///
  /// - Returns: `true` if words became active or inactive since the last pass.
  private func updateActiveCounts(_ current: borrowing Snapshot) -> Bool {
    var hasChanged = false
    for index in activeCounts.indices {
      let position = resetDetector.positions[index]
      var count = aggregator.activeCount(of: position)
      for offset in goneOffsets
      where resetDetector.isActive(index, in: current.allWords, at: offset) {
        count += 1
      }
      if count != activeCounts[index] { hasChanged = true }
      activeCounts[index] = count
    }
    return hasChanged
  }

  /// Keeps the totals that members lost by a reset, so that sums grow by what was counted since.
  private func retainResets(_ current: borrowing Snapshot, _ previous: inout Snapshot) {
    for position in list.offsets.indices where list.states[position].isCounted {
      let range = record(list.offsets[position])
      let found = resetDetector.records(
        from: previous.allWords.extracting(range), to: current.allWords.extracting(range))
      guard let (lost, begun) = found else { continue }
      aggregator.retain(lost.span)
      previous.fill(placement) { aggregator.definition.addTotals(of: begun.span, to: &$0) }
    }
  }

  /// Adds the values of new members to the previous sample.
  private func addNewMembers(_ current: borrowing Snapshot, _ previous: inout Snapshot) {
    for position in list.indexes.indices where !list.states[position].isCounted {
      guard current.wasEverRead(list.indexes[position]) else { continue }
      let words = current.allWords.extracting(record(list.offsets[position]))
      previous.fill(placement) { aggregator.definition.addTotals(of: words, to: &$0) }
    }
  }

  /// Marks all members that were ever read as included in the sample.
  private func markCounted(_ current: borrowing Snapshot) {
    for position in list.indexes.indices where current.wasEverRead(list.indexes[position]) {
      list.states[position].isCounted = true
    }
  }
}
