import Statistics
import Testing

@Suite struct DecimalTests {
  @Test(
    "A raw value is exact in its unit",
    arguments: [
      (1, Scale.nano, "0.000000001"), (1_500_000_000, .nano, "1.5"), (7, .one, "7"),
      (0, .nano, "0"),
      (.max, .nano, "18446744073.709551615"), (.max, .one, "18446744073709551615"),
      (.max, Scale(base: .ten, exponent: 20), "1844674407370955161500000000000000000000"),
      (3, Scale(base: .two, exponent: 20), "3145728"),
      (.max, Scale(base: .two, exponent: 64), "340282366920938463444927863358058659840"),
      (1, Scale(base: .two, exponent: 100), "1267650600228229401496703205376"),
      (1, Scale(base: .two, exponent: -10), "0.0009765625"),
      (1025, Scale(base: .two, exponent: -10), "1.0009765625"),
      (1 << 30, Scale(base: .two, exponent: -30), "1"),
      (3 << 40, Scale(base: .two, exponent: -41), "1.5"),
      (.max, Scale(base: .two, exponent: -27), "137438953471.999999992549419403076171875"),
      (0, Scale(base: .two, exponent: .min), "0"), (0, Scale(base: .two, exponent: .max), "0"),
      (5, Scale(base: .ten, exponent: 32767), "5e32767"),
      (5, Scale(base: .ten, exponent: -32767), "5e-32767"),
      (5, Scale(base: .ten, exponent: .min), "5e-32768"),
    ] as [(UInt64, Scale, String)])
  func exact(raw: UInt64, scale: Scale, text: String) {
    #expect(Decimal(raw, scale: scale)?.description == text)
  }

  @Test(
    "A value that exceeds 128 bits or has an unknown base is rejected",
    arguments: [
      (1, Scale(base: .two, exponent: 128)), (.max, Scale(base: .two, exponent: 65)),
      (1, Scale(base: .two, exponent: .max)), (1, Scale(base: .two, exponent: -60)),
      (1, Scale(base: .two, exponent: .min)), (1, Scale(base: .unknown(2), exponent: 0)),
      (0, Scale(base: .unknown(15), exponent: 0)),
    ] as [(UInt64, Scale)])
  func none(raw: UInt64, scale: Scale) {
    #expect(Decimal(raw, scale: scale) == nil)
  }

  @Test(
    "The text has digits, sign and exponent",
    arguments: [
      (Decimal(mantissa: 120, exponent: -2), "1.2"), (Decimal(mantissa: 100, exponent: -2), "1"),
      (Decimal(mantissa: 5, exponent: -3), "0.005"), (Decimal(mantissa: 5, exponent: 2), "500"),
      (Decimal(mantissa: 5, exponent: -2, isNegative: true), "-0.05"),
      (Decimal(mantissa: 0, exponent: 5, isNegative: true), "0"),
      (Decimal(mantissa: 1, exponent: 39), "1" + String(repeating: "0", count: 39)),
      (Decimal(mantissa: 1, exponent: 40), "1e40"),
      (Decimal(mantissa: 1, exponent: -40), "0." + String(repeating: "0", count: 39) + "1"),
      (Decimal(mantissa: 1, exponent: -41, isNegative: true), "-1e-41"),
      (Decimal(mantissa: .max, exponent: 0), "340282366920938463463374607431768211455"),
    ])
  func text(decimal: Decimal, text: String) {
    #expect(decimal.description == text)
  }

  @Test(
    "A Double is rounded to six digits",
    arguments: [
      (0, "0"), (-0.0, "0"), (1, "1"), (0.1, "0.1"), (-2.5, "-2.5"), (123_456.4, "123456"),
      (123_456_789, "123457000"), (999_999.7, "1000000"), (1e-7, "0.0000001"),
      (1_048_575.6, "1048580"), (1e300, "1e300"),
    ] as [(Double, String)])
  func rounding(value: Double, text: String) throws {
    let decimal = try #require(Decimal(rounding: value))
    // The same number, independent of trailing zeros in the mantissa.
    var (mantissa, exponent) = (decimal.mantissa, decimal.exponent)
    while mantissa > 0, exponent > 40, mantissa.isMultiple(of: 10) {
      mantissa /= 10
      exponent += 1
    }
    let plain = Decimal(mantissa: mantissa, exponent: exponent, isNegative: decimal.isNegative)
    #expect(plain.description == text)
  }

  @Test(
    "A Double that is not finite is rejected", arguments: [.nan, .infinity, -.infinity] as [Double])
  func notFinite(value: Double) {
    #expect(Decimal(rounding: value) == nil)
  }
}
