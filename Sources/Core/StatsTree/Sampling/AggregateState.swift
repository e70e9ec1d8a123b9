import Statistics

/// An aggregate in a plan: knows the records of its members and combines their values.
final class AggregateState {
  let group: Group
  let family: Family
  private(set) var placement: Placement
  private(set) var list = MemberList()
  /// The number of members with each status in the last pass (the last sampling of all groups).
  private(set) var members = Members()
  private var aggregator: Aggregator
  private let resetDetector: ResetDetector
  /// The number of members that have left and whose totals the sums still include.
  private var departedCount = 0
  /// For each statistic that only grows, the number of members that had a value of this statistic
  /// in the last pass.
  private var activeCounts: [Int]
  private static let blockLength = 1024
  /// While a plan is rebuilt, the members of the old plan that the new plan does not have yet.
  private var previousList = MemberList()
  private var departedMembers = DepartedMembers()
  /// The offsets of the records of members whose status was `gone` in the last pass.
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

  /// Moves the aggregate to a placement in a rebuilt plan and keeps the totals of departed members.
  func move(to placement: Placement) {
    self.placement = placement
    previousList = list
    list = MemberList()
    departedMembers.discardIndexes()
  }

  /// Adds a member.
  ///
  /// `old` is the placement of the member's record in the previous plan.
  func append(_ placement: Placement, _ group: Group, from old: Placement? = nil) {
    list.append(placement, old.flatMap { previousList.remove($0) } ?? MemberList.State())
    departedMembers.markReturned(group, at: placement.index)
  }

  /// Removes a member and keeps its last totals until the member returns.
  ///
  /// - Returns: `true` if the group was a member.
  @discardableResult
  func remove(_ placement: Placement, _ group: Group, last snapshot: borrowing Snapshot) -> Bool {
    guard let state = list.remove(placement) else { return false }
    // If the member has returned but was not read since then, the totals of its first departure are
    // still kept.
    if !departedMembers.revertReturn(at: placement.index), state.isCounted {
      retain(placement.offset, group, snapshot)
    }
    return true
  }

  /// Removes the members that were in the previous plan and are not in the new one.
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

  /// Returns the part of a total that comes from departed members.
  ///
  /// `statistic` is the index of the total in the members' schema.
  func retained(_ statistic: Int, word: Int) -> UInt64? {
    aggregator.retained(statistic, word: word)
  }

  /// Returns the indices of the words of a member's record.
  private func record(_ offset: Int) -> Range<Int> {
    offset..<offset + aggregator.definition.members.wordCount
  }

  // MARK: - A pass

  /// Computes the aggregate after all members were read.
  ///
  /// A member that could not be read counts with its last values. A member that is gone counts only
  /// with its totals. The window of the aggregate covers the windows of the members that are up.
  /// The values that a new member had before it joined are added to the previous sample, so that
  /// these values are not growth. If a member was reset to zero, the totals that it had before are
  /// kept.
  func update(_ current: inout Snapshot, previous: inout Snapshot) {
    if departedMembers.hasReturned { recountReturned(current, &previous) }
    let summary = addMembers(current)
    let hasChanged = updateActiveCounts(current)
    // Without a previous sample, there is no growth to correct.
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
      // No member was ever read, so there are no values. If no current member is denied, the status
      // is `pending`.
      current.fail(placement, summary.denial ?? .pending)
    }
  }

  /// Recomputes a statistic that was set to zero in the members.
  ///
  /// The change is not a reset, so the earlier totals of the members are not kept.
  ///
  /// - Parameters:
  ///   - statistic: The index in the members' schema.
  ///   - isAll: Whether the aggregate also discards the totals of departed members.
  ///   - current: The sample, in which the statistic is zero in the members' records.
  func recompute(_ statistic: Int, isAll: Bool, _ current: inout Snapshot) {
    if isAll { aggregator.discardRetained(statistic) }
    _ = addMembers(current)
    write(&current)
  }

  /// Adds up the values of the members and returns a summary of the members' statuses.
  private func addMembers(_ current: borrowing Snapshot) -> MemberSummary {
    var summary = MemberSummary()
    var members = Members()
    members.departedCount = departedCount
    // The properties are copied to local variables, because each access to a property has a cost.
    let (indexes, offsets, resetDetector) = (list.indexes, list.offsets, resetDetector)
    let length = aggregator.definition.members.wordCount
    var states: [MemberList.State] = []
    swap(&states, &list.states)
    aggregator.reset()
    goneOffsets.removeAll(keepingCapacity: true)
    var known = states.mutableSpan
    let words = current.allWords
    var begin = 0
    // The loop uses indices, because an iterator allocates memory for each element in unoptimized
    // builds.
    for position in indexes.indices {
      let index = indexes[position]
      let status = current.status(of: index)
      members.add(status)
      let hasNumbers = summary.add(status, current.window(of: index))
      // A member that is gone counts only with its totals; `write` adds these.
      let isFolded = hasNumbers && status != .gone
      // Records are added in blocks, so that a record is still in the cache when it is read again.
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

  /// Writes the record; members that are gone count with their totals, in the same way as departed
  /// ones.
  private func write(_ current: inout Snapshot) {
    for offset in goneOffsets { aggregator.retain(current.allWords.extracting(record(offset))) }
    current.fill(placement) { aggregator.write(into: &$0) }
    for offset in goneOffsets { aggregator.release(current.allWords.extracting(record(offset))) }
  }

  /// Stops keeping the totals of members that returned and were read, because their values count
  /// again.
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

  /// Updates, for each statistic that only grows, the number of members that have a value.
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

  /// Keeps the totals that members lost by a reset, so that a sum grows only by the events after
  /// the reset.
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

  /// Adds the values of new members to the aggregate's previous sample.
  private func addNewMembers(_ current: borrowing Snapshot, _ previous: inout Snapshot) {
    for position in list.indexes.indices where !list.states[position].isCounted {
      guard current.wasEverRead(list.indexes[position]) else { continue }
      let words = current.allWords.extracting(record(list.offsets[position]))
      previous.fill(placement) { aggregator.definition.addTotals(of: words, to: &$0) }
    }
  }

  /// Marks all members that were ever read as counted, because the sample includes their values.
  private func markCounted(_ current: borrowing Snapshot) {
    for position in list.indexes.indices where current.wasEverRead(list.indexes[position]) {
      list.states[position].isCounted = true
    }
  }
}
