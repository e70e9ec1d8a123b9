/// The 64-bit FNV-1a hash of a schema's facts.
///
/// Source: draft-eastlake-fnv, 64-bit offset basis and prime.
struct Digest {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
  }

  mutating func add(_ number: Int) {
    for shift in stride(from: 0, to: 64, by: 8) {
      add(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  mutating func add(_ text: String) {
    add(text.utf8.count)
    for byte in text.utf8 { add(byte) }
  }

  /// Adds all that decides how words are read; not the stability and cost, which may be learnt.
  mutating func add(_ statistic: Statistic) {
    add(statistic.name)
    add(Int(statistic.kvmFlags))
    add(statistic.kind == .state ? 1 : 0)
    add(Int(statistic.scale.exponent))
    add(statistic.size)
    add(statistic.offset)
    add(Int(statistic.bucketSize))
    add(statistic.isSigned ? 1 : 0)
    add(statistic.states.count)
    for state in statistic.states { add(state) }
  }
}
