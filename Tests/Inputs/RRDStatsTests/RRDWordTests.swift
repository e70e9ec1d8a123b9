import RRDFormat
import Statistics
import Testing

@testable import RRDStats

@Suite struct RRDWordTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let source: RRDDataSource
    let kind: Kind
    let unit: Unit
    let scale: Scale
    var isSigned = false
    var meaning = ""

    var testDescription: String {
      "\(source.valueType) \(source.behaviour) in \(source.units)"
    }
  }

  @Test(
    "A data source becomes a statistic with kind, unit, scale and meaning",
    arguments: [
      Case(
        source: RRDDataSource("n", .int64, .derive, units: "B/s", minimum: 0), kind: .cumulative,
        unit: .bytes, scale: .one),
      Case(
        source: RRDDataSource("n", .float, .derive, units: "(fraction)", minimum: 0, maximum: 1),
        kind: .cumulative, unit: .seconds, scale: .nano),
      Case(
        source: RRDDataSource("n", .int64, .derive, units: "requests/s", minimum: 0),
        kind: .cumulative, unit: .none, scale: .one, meaning: "Its rate is in requests/s."),
      Case(
        source: RRDDataSource("n", .int64, .derive, units: "/s", minimum: 0), kind: .cumulative,
        unit: .none, scale: .one),
      Case(
        source: RRDDataSource("n", .float, .derive, units: "ms", minimum: 0), kind: .cumulative,
        unit: .none, scale: .micro, meaning: "Its rate is in ms."),
      Case(
        source: RRDDataSource("n", .int64, .gauge, units: "KiB", minimum: 0), kind: .instant,
        unit: .bytes, scale: Scale(base: .two, exponent: 10)),
      Case(
        source: RRDDataSource("n", .float, .gauge, units: "KiB", minimum: 0), kind: .instant,
        unit: .bytes, scale: .one),
      Case(
        source: RRDDataSource("n", .float, .gauge, units: "(fraction)"), kind: .instant,
        unit: .none, scale: .micro, isSigned: true, meaning: "In (fraction)."),
      Case(
        source: RRDDataSource("n", .float, .gauge, units: "us", minimum: 0), kind: .instant,
        unit: .seconds, scale: .nano),
      Case(
        source: RRDDataSource("n", .int64, .gauge, units: "ms", minimum: 0), kind: .instant,
        unit: .seconds, scale: Scale(base: .ten, exponent: -3)),
      Case(
        source: RRDDataSource("n", .int64, meaning: "Drops."), kind: .instant, unit: .none,
        scale: .one, isSigned: true, meaning: "Drops. Counted since the previous update."),
      Case(
        source: RRDDataSource(
          "n", .float, .derive, units: "(fraction)", isInverse: true), kind: .cumulative,
        unit: .seconds, scale: .nano, meaning: "xcp-rrdd shows 1 minus its rate."),
      Case(
        source: RRDDataSource(
          "n", .float, .gauge, units: "(fraction)", minimum: 0, maximum: 1, isInverse: true),
        kind: .instant, unit: .none, scale: .micro,
        meaning: "In (fraction). xcp-rrdd shows 1 minus it."),
      Case(
        source: RRDDataSource("n", .int64, .gauge, minimum: 0, isInverse: true), kind: .instant,
        unit: .none, scale: .one, isSigned: true, meaning: "xcp-rrdd shows 1 minus it."),
    ])
  func statistics(_ expected: Case) {
    let (statistic, _) = expected.source.statistic
    #expect(statistic.name == "n" && statistic.size == 1)
    #expect(statistic.kind == expected.kind)
    #expect(statistic.unit == expected.unit)
    #expect(statistic.scale == expected.scale)
    #expect(statistic.isSigned == expected.isSigned)
    #expect(statistic.meaning == expected.meaning)
  }

  @Test(
    "A float becomes the nearest word, or inactive if no word represents it",
    arguments: [
      (0.1, "(fraction)", false, 100_000), (1.5, "KiB", false, 1536),
      (2.000_000_001, "s", false, 2_000_000_001), (0.25, "us", false, 250),
      (9_007_199_254_740_992, "B", false, 9_007_199_254_740_992),
      (-0.5, "", true, UInt64(bitPattern: -500_000)),
      (.nan, "", false, .max), (.infinity, "", false, .max), (-0.5, "", false, .max),
      (1e300, "", false, .max), (.nan, "", true, 1 << 63), (-1e300, "", true, 1 << 63),
    ] as [(Double, String, Bool, UInt64)])
  func floats(value: Double, units: String, isSigned: Bool, word: UInt64) {
    let source = RRDDataSource(
      "n", .float, .gauge, units: units, minimum: isSigned ? -.infinity : 0)
    let (statistic, conversion) = source.statistic
    #expect(conversion.word(value.bitPattern) == word)
    let isInactive = value.isNaN || abs(value) > 1e20 || value < 0 && !isSigned
    #expect(Inactive.marks(word, of: statistic) == isInactive)
  }

  @Test("Integers are exact; a negative integer is inactive in an unsigned statistic")
  func integers() {
    let (_, signed) = RRDDataSource("n", .int64, .gauge).statistic
    let (_, unsigned) = RRDDataSource("n", .int64, .derive).statistic
    for value in [0, 1, (1 << 53) + 1, UInt64(Int64.max)] as [UInt64] {
      #expect(signed.word(value) == value)
      #expect(unsigned.word(value) == value)
    }
    #expect(signed.word(UInt64(bitPattern: -5)) == UInt64(bitPattern: -5))
    #expect(unsigned.word(UInt64(bitPattern: -5)) == Inactive.unsigned)
  }
}
