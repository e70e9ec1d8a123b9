import CVitals
import Statistics
import StatsChecks

extension XenTableCheck {
  /// X1 to X7: how far the header was found good; `flaw` is what was wrong with it.
  mutating func checkHeader(_ flaw: XenTableError?) {
    let rules = [
      ("X1", "the header lies in the memory"),
      ("X2", "the magic is there, in this machine's byte order"),
      ("X3", "slots begin behind the header, at a multiple of 8"),
      ("X4", "an entry has at least its sequence and running time"),
      ("X5", "a slot has room for its entry and is a multiple of 8 long"),
      ("X6", "a marked header ends before the slots"),
      ("X7", "all slots lie in the memory"),
    ]
    let failed =
      switch flaw {
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
      list.check(check, rule, index < failed, flaw?.description ?? "")
    }
  }

  /// X8 to X10: what has no meaning is 0 or marked inactive.
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
    list.check("X8", "pads and reserved fields are 0 or all ones", problems)
    list.check(
      "X9", "between header and slots all is 0 or all ones",
      problem("behind the header", header.length..<layout.offset).map { [$0] } ?? [])
    let tails = slots.compactMap { problem("tail of slot \($0)", layout.tail(ofEntry: $0)) }
    let rest = layout.byteCount..<max(layout.byteCount, snapshot.words.count * 8)
    list.check(
      "X10", "behind entries all is 0 or all ones",
      tails + (problem("behind the last slot", rest).map { [$0] } ?? []))
  }
}
