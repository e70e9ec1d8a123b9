import Statistics
import StatsChecks

extension XenTableCheck {
  /// X12 to X16: what a writer does to the table; `open` are the slots that stay in update.
  mutating func checkProtocol(_ change: XenTableChange, active: Set<Int>?, open: Set<Int>) {
    checkOutside(change)
    list.check(
      "X13", "an entry changes only with its sequence",
      change.slots.compactMap { index in
        guard change.isQuiet(index) else { return nil }
        let bytes = change.header.layout.bytes(ofEntry: index)
        return change.first.firstDifference(from: change.second, in: bytes)
          .map { "byte \($0 - bytes.lowerBound) of slot \(index)" }
      })
    let rule = "only the entries of vCPUs that do something change"
    if let active {
      list.check(
        "X14", rule,
        change.slots.filter { !active.contains($0) && !change.isQuiet($0) }
          .map { "slot \($0) was updated" })
    } else {
      list.skip("X14", rule, "nobody said which vCPUs do something")
    }
    list.check(
      "X15", "no update stays open",
      open.sorted().map { index in
        "slot \(index) has sequence \(change.second.after[index]) all the time: its writer died in an"
          + " update, or has not run since"
      })
    let read = "a reader gets every entry in \(change.second.attempts) attempts"
    let unread = change.slots.first { index in
      if case .busy = change.second.outcomes[index] { !open.contains(index) } else { false }
    }
    if let unread {
      // A writer that the system has taken from its CPU in an update does no wrong.
      list.skip("X16", read, "slot \(unread) was in update each time; its numbers are not checked")
    } else {
      list.check("X16", read, true, "")
    }
  }

  /// X12: nothing is written where no entry is.
  private mutating func checkOutside(_ change: XenTableChange) {
    let layout = change.header.layout
    let gap = change.header.length..<layout.offset
    let rest = layout.byteCount..<max(layout.byteCount, change.first.words.count * 8)
    let ranges = [gap, rest] + change.slots.map { layout.tail(ofEntry: $0) }
    list.check(
      "X12", "nothing outside of the entries changes",
      ranges.compactMap { range in
        change.first.firstDifference(from: change.second, in: range).map { "byte \($0)" }
      })
  }
}
