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
  /// The records that are folded in a pass, and from the end on those of members that are gone; as
  /// long as the list.
  private var offsets: [Int] = []
  /// While a plan is made anew, the members in the old one that are not found yet.
  private var earlier = MemberList()
  private var departures = Departures()

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
    departures.forgetPlaces()
  }

  /// A member joins; `old` is where its record was in the plan before.
  func append(_ placement: Placement, _ group: Group, from old: Placement? = nil) {
    let wasCounted = old.flatMap { earlier.remove($0) } ?? false
    list.append(placement, isCounted: wasCounted)
    offsets.append(0)
    departures.comeBack(group, at: placement.index)
  }

  /// A member leaves; its last totals stay, until it comes back.
  ///
  /// - Returns: whether it was one.
  @discardableResult
  func remove(_ placement: Placement, _ group: Group, last snapshot: borrowing Snapshot) -> Bool {
    guard let wasCounted = list.remove(placement) else { return false }
    offsets.removeLast()
    // It may have come back and not been read since.
    if !departures.leaveAgain(placement.index), wasCounted {
      retain(placement.offset, group, snapshot)
    }
    return true
  }

  /// The members leave that the plan before had and this one has not; the snapshot is in the order of
  /// the plan before.
  func removeEarlier(of old: Plan, last snapshot: borrowing Snapshot) {
    for place in earlier.offsets.indices where earlier.isCounted[place] {
      guard let entry = old.entry(at: earlier.indexes[place]) else { continue }
      retain(earlier.offsets[place], entry.group, snapshot)
    }
    earlier = MemberList()
  }

  private func retain(_ offset: Int, _ group: Group, _ snapshot: borrowing Snapshot) {
    let record = words(at: offset, of: snapshot)
    fold.retain(record)
    departures.leave(group, with: record)
  }

  /// What departed members left of a statistic of the members' schema.
  func retained(_ statistic: Int, word: Int) -> UInt64? {
    fold.retained(statistic, word: word)
  }

  // MARK: - A pass

  /// Folds what a pass has read.
  ///
  /// A member that could not be read counts with its last numbers; one that is gone with its totals
  /// only. The window is that of the members that are up. What a member had counted before it
  /// counted here is added to the sample before, so that it is no growth.
  func fold(_ current: inout Snapshot, before: inout Snapshot) {
    members = Members()
    var count = 0
    var goneCount = 0
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
      let offset = list.offsets[position]
      if let record = departures.settle(index) {
        comeBack(record, &before, hadSample: hadSample)
      }
      if !list.isCounted[position] {
        if hadSample { arrive(offset, current, &before) }
        list.setCounted(position)
      }
      if status == .gone {
        goneCount += 1
        offsets[offsets.count - goneCount] = offset
      } else {
        offsets[count] = offset
        count += 1
      }
    }
    members.departedCount = fold.retainedCount
    fold.begin()
    fold.add(current.allWords, at: offsets.span.extracting(0..<count))
    write(gone: offsets.count - goneCount..<offsets.count, &current)
    if fresh.end > 0 {
      current.finish(placement, Window(begin: fresh.begin, end: fresh.end))
    } else if held.end > 0 {
      current.finish(
        placement, Window(begin: held.begin, end: held.end), staleSince: held.end)
    } else if fold.retainedCount > 0, hadSample {
      let window = before.window(of: placement.index)
      current.finish(placement, window, staleSince: window.end)
    } else if let denial {
      current.fail(placement, denial)
    }
  }

  /// Writes the record, in which members that are gone have their totals like those that left.
  private func write(gone: Range<Int>, _ current: inout Snapshot) {
    for position in gone { fold.retain(words(at: offsets[position], of: current)) }
    current.fill(placement) { fold.write(into: &$0) }
    for position in gone { fold.release(words(at: offsets[position], of: current)) }
  }

  @_lifetime(borrow snapshot)
  private func words(at offset: Int, of snapshot: borrowing Snapshot) -> Span<UInt64> {
    snapshot.allWords.extracting(offset..<offset + fold.form.source.wordCount)
  }

  private func arrive(
    _ offset: Int, _ current: borrowing Snapshot, _ before: inout Snapshot
  ) {
    before.fill(placement) { fold.form.addTotals(of: words(at: offset, of: current), to: &$0) }
  }

  /// A member has come back and is counted by its own numbers again.
  private func comeBack(_ record: [UInt64], _ before: inout Snapshot, hadSample: Bool) {
    fold.release(record.span)
    if hadSample {
      before.fill(placement) { fold.form.removeTotals(of: record.span, from: &$0) }
    }
  }
}
