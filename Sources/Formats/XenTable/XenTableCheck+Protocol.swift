import Statistics
import StatsChecks

extension XenTableCheck {
  /// Checks the writer's protocol: rules X12 to X16.
  ///
  /// `open` contains the slots with an unfinished update.
  mutating func checkProtocol(_ change: XenTableChange, active: Set<Int>?, open: Set<Int>) {
    checkOutside(change)
    list.check(
      .sequences,
      change.slots.compactMap { index in
        guard change.isQuiet(index) else { return nil }
        let bytes = change.header.layout.bytes(ofEntry: index)
        return change.first.firstDifference(from: change.second, in: bytes)
          .map { "byte \($0 - bytes.lowerBound) of slot \(index)" }
      })
    if let active {
      list.check(
        .activeVCPUs,
        change.slots.filter { !active.contains($0) && !change.isQuiet($0) }
          .map { "slot \($0) was updated" })
    } else {
      list.skip(.activeVCPUs, "the active vCPUs are unknown")
    }
    list.check(
      .finishedUpdates,
      open.sorted().map { index in
        "the sequence of slot \(index) stays \(change.second.after[index]): its writer died during an"
          + " update, or has not run since"
      })
    let unread = change.slots.first { index in
      if case .busy = change.second.outcomes[index] { !open.contains(index) } else { false }
    }
    if let unread {
      // A writer that was preempted during an update does not violate a rule.
      list.skip(
        .readableEntries,
        "slot \(unread) was being updated at each of \(change.second.attempts) attempts;"
          + " its values are not checked")
    } else {
      list.check(.readableEntries, true, "")
    }
  }

  /// Checks that bytes outside of entries do not change: rule X12.
  private mutating func checkOutside(_ change: XenTableChange) {
    let layout = change.header.layout
    let gap = change.header.length..<layout.offset
    let rest = layout.byteCount..<max(layout.byteCount, change.first.words.count * 8)
    let ranges = [gap, rest] + change.slots.map { layout.tail(ofEntry: $0) }
    list.check(
      .bytesOutsideEntries,
      ranges.compactMap { range in
        change.first.firstDifference(from: change.second, in: range).map { "byte \($0)" }
      })
  }
}
