import CVitals
import Statistics
import StatsChecks

extension XenTableCheck {
  /// Checks the header: rules X1 to X7, up to the one that `error` violates.
  mutating func checkHeader(_ error: XenTableError?) {
    let rules: [XenTableRule] = [
      .header, .magic, .slotOffset, .entrySize, .slotSize, .headerLength, .slotsWithinMemory,
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
    for (index, rule) in rules.enumerated() where index <= failed {
      list.check(rule, index < failed, error?.description ?? "")
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
    list.check(.padding, problems)
    list.check(
      .bytesBeforeSlots,
      problem("after the header", header.length..<layout.offset).map { [$0] } ?? [])
    let tails = slots.compactMap { problem("tail of slot \($0)", layout.tail(ofEntry: $0)) }
    let rest = layout.byteCount..<max(layout.byteCount, snapshot.words.count * 8)
    list.check(
      .bytesAfterEntries,
      tails + (problem("after the last slot", rest).map { [$0] } ?? []))
  }
}
