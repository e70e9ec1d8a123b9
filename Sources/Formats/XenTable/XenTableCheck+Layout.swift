import CVitals
import Statistics
import StatsChecks

extension XenTableCheck {
  /// Checks the header: rules X1 to X7, up to the one that `error` violates.
  mutating func checkHeader(_ error: XenTableError?) {
    let rules = [
      ("X1", "the memory contains the header"),
      ("X2", "the magic is present in the byte order of this system"),
      ("X3", "slots begin after the header, at a multiple of 8"),
      ("X4", "an entry has at least its sequence and running time"),
      ("X5", "a slot has room for its entry and a length that is a multiple of 8"),
      ("X6", "a marked header ends before the slots"),
      ("X7", "the memory contains all slots"),
    ]
    let failed =
      switch error {
      case nil: rules.count
      case .truncated, .system, .shrunk: 0
      case .otherByteOrder, .unknownMagic, .unannounced, .claimed: 1
      case .field(.offset, _, _): 2
      case .field(.size, _, _): 3
      case .field(.stride, _, _): 4
      case .field(.length, _, _): 5
      case .field, .beyondEnd: 6
      }
    for (index, (check, rule)) in rules.enumerated() where index <= failed {
      list.check(check, rule, index < failed, error?.description ?? "")
    }
  }

  /// Checks padding and reserved bytes: rules X8 to X10.
  mutating func checkPadding(_ header: XenTableHeader, _ snapshot: XenTableSnapshot) {
    let layout = header.layout
    func problem(_ name: String, _ range: Range<Int>) -> String? {
      snapshot.firstUsed(in: range).map { "byte \($0) (\(name)) is \(snapshot.byte($0))" }
    }
    let slots = 0..<layout.count
    let pad = Int(VITALS_XEN_AT_PAD0)
    var problems = slots.compactMap { index in
      let start = layout.offset(ofEntry: index)
      return problem("pad of slot \(index)", start + pad..<start + pad + 4)
    }
    if header.mark != nil {
      let reserved = Int(VITALS_XEN_AT_RESERVED)..<XenTableMark.headerLength
      if let reserved = problem("reserved", reserved) { problems.append(reserved) }
    }
    list.check("X8", "padding and reserved fields are 0 or all ones", problems)
    list.check(
      "X9", "bytes between header and slots are 0 or all ones",
      problem("after the header", header.length..<layout.offset).map { [$0] } ?? [])
    let tails = slots.compactMap { problem("tail of slot \($0)", layout.tail(ofEntry: $0)) }
    let rest = layout.byteCount..<max(layout.byteCount, snapshot.words.count * 8)
    list.check(
      "X10", "bytes after entries are 0 or all ones",
      tails + (problem("after the last slot", rest).map { [$0] } ?? []))
  }
}
