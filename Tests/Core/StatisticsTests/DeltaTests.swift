import Statistics
import Testing

@Suite struct DeltaTests {
  @Test(
    "Counts, peaks and buckets grow or are reset; other kinds are levels",
    arguments: [
      (Kind.cumulative, 10, 13, Delta.increase(3)), (.cumulative, 10, 10, .increase(0)),
      (.cumulative, 10, 4, .reset(since: 4)), (.cumulative, 10, 0, .reset(since: 0)),
      (.peak, 10, 13, .increase(3)), (.peak, 10, 4, .reset(since: 4)),
      (.linearHistogram, 1, 5, .increase(4)), (.logHistogram, 5, 1, .reset(since: 1)),
      (.instant, 10, 13, .change(3)), (.instant, 10, 4, .change(-6)),
      (.state, 2, 0, .change(-2)), (.unknown(9), 10, 4, .change(-6)),
      // Exact beyond the precision of a Double.
      (.cumulative, 1 << 53, 1 << 53 + 1, .increase(1)),
      (.cumulative, 0, .max - 1, .increase(.max - 1)),
      (.unknown(9), 0, .max - 1, .change(0xffff_ffff_ffff_fffe)),
      // A level that was temporarily below zero.
      (.instant, 3, .max - 1, .change(-5)), (.instant, .max - 1, 3, .change(5)),
      (.instant, 1 << 63, 1 << 63 - 1, .change(0xffff_ffff_ffff_ffff)),
    ] as [(Kind, UInt64, UInt64, Delta)])
  func kinds(kind: Kind, earlier: UInt64, later: UInt64, delta: Delta) {
    #expect(Delta(of: Statistic("x", kind), from: earlier, to: later) == delta)
  }

  @Test(
    "Signed words are compared as signed numbers",
    arguments: [
      (Kind.instant, -5, 3, Delta.change(8)), (.unknown(9), 3, -5, .change(-8)),
      (.peak, -5, 3, .increase(8)), (.peak, -5, -5, .increase(0)), (.peak, -7, -5, .increase(2)),
      (.cumulative, .min + 1, .max, .increase(.max - 1)),
    ] as [(Kind, Int64, Int64, Delta)])
  func signed(kind: Kind, earlier: Int64, later: Int64, delta: Delta) {
    let statistic = Statistic("x", kind, isSigned: true)
    let words = (UInt64(bitPattern: earlier), UInt64(bitPattern: later))
    #expect(Delta(of: statistic, from: words.0, to: words.1) == delta)
  }

  @Test(
    "The delta is unknown if one value is inactive",
    arguments: [Kind.cumulative, .instant, .peak, .logHistogram, .state, .unknown(9)])
  func inactive(kind: Kind) {
    let plain = Statistic("x", kind)
    #expect(Delta(of: plain, from: 1, to: .max) == .unknown)
    #expect(Delta(of: plain, from: .max, to: 1) == .unknown)
    let signed = Statistic("x", kind, isSigned: true)
    #expect(Delta(of: signed, from: 1, to: 1 << 63) == .unknown)
    #expect(Delta(of: signed, from: 1 << 63, to: 1) == .unknown)
    #expect(Delta(of: signed, from: .max, to: .max) != .unknown, "-1 is a number")
  }

  @Test(
    "Levels near 2^64 are negative, counts are not",
    arguments: [
      (Kind.instant, .max - 1, -2), (.instant, 1 << 63, -0x8000_0000_0000_0000),
      (.instant, 1 << 63 - 1, 0x7fff_ffff_ffff_ffff),
      (.cumulative, .max - 1, 0xffff_ffff_ffff_fffe),
      (.unknown(9), .max - 1, 0xffff_ffff_ffff_fffe),
    ] as [(Kind, UInt64, Int128)])
  func levels(kind: Kind, word: UInt64, value: Int128) {
    #expect(Level(word, of: Statistic("x", kind)).value == value)
  }
}
