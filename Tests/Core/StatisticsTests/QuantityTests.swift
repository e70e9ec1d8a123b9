import Statistics
import Testing

@Suite struct QuantityTests {
  private static let state = Statistic("s", .state, states: ["off", "on"])

  @Test(
    "Durations have three significant digits and a suitable unit",
    arguments: [
      (0, "0 s"), (1, "1 ns"), (999, "999 ns"), (1000, "1 us"), (1234, "1.23 us"),
      (12_345, "12.3 us"), (123_456, "123 us"), (999_499, "999 us"), (999_500, "1 ms"),
      (1_005_000, "1.01 ms"), (250_000_000, "250 ms"), (1_000_000_000, "1 s"),
      (59_949_000_000, "59.9 s"), (119_400_000_000, "119 s"), (119_500_000_000, "2m00s"),
      (125_000_000_000, "2m05s"), (3_599_400_000_000, "59m59s"), (3_599_500_000_000, "1h00m"),
      (7_500_000_000_000, "2h05m"), (86_399_400_000_000, "23h59m"),
      (86_399_500_000_000, "1d00h"), (950_400_000_000_000, "11d00h"), (.max - 1, "213503d23h"),
    ] as [(UInt64, String)])
  func time(nanoseconds: UInt64, text: String) {
    let statistic = Statistic("t", .cumulative, unit: .seconds, scale: .nano)
    #expect(Quantity(nanoseconds, of: statistic)?.text == text)
  }

  @Test(
    "Byte counts have three significant digits and a binary prefix",
    arguments: [
      (0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (102_400, "100 KiB"),
      (1_022_976, "999 KiB"), (1_047_552, "1023 KiB"), (1_048_064, "1 MiB"), (1_048_575, "1 MiB"),
      (1 << 20, "1 MiB"), (1 << 30, "1 GiB"), (5 << 40, "5 TiB"), (1 << 50, "1 PiB"),
      (.max - 1, "16 EiB"), (1_047_040, "1023 KiB"),
    ] as [(UInt64, String)])
  func bytes(bytes: UInt64, text: String) {
    #expect(
      Quantity(bytes, of: Statistic("b", .instant, unit: .bytes))?.text == negativeOr(text, bytes))
  }

  /// An instant word of at least 2^63 is a negative number.
  private func negativeOr(_ text: String, _ word: UInt64) -> String {
    word >> 63 == 1 ? "-\(UInt64.max - word + 1) B" : text
  }

  @Test(
    "Counts below 100,000 are exact, others have a prefix",
    arguments: [
      (0, "0"), (7, "7"), (99_999, "99999"), (100_000, "100k"), (123_456, "123k"),
      (999_499, "999k"), (999_600, "1M"), (1_234_567, "1.23M"), (12_345_678_901, "12.3G"),
      (1_234_567_890_123, "1.23T"), (1_234_567_890_123_456, "1.23P"), (.max - 1, "18.4E"),
    ] as [(UInt64, String)])
  func counts(count: UInt64, text: String) {
    #expect(Quantity(count, of: Statistic("c", .cumulative))?.text == text)
  }

  @Test(
    "Words of every unit, scale and kind have a text",
    arguments: [
      (Statistic("x", .instant), .max - 4, "-5"),
      (Statistic("x", .instant, unit: .seconds, scale: .nano), .max - 1499, "-1.5 us"),
      (Statistic("x", .instant, isSigned: true), .max, "-1"),
      (Statistic("x", .instant, unit: .boolean), 0, "no"),
      (Statistic("x", .instant, unit: .boolean), 1, "yes"),
      (Statistic("x", .instant, unit: .boolean), 2, "2"),
      (Statistic("x", .instant, unit: .boolean, isSigned: true), .max, "-1"),
      (Statistic("x", .cumulative, unit: .cycles), 1500, "1500 cycles"),
      (Statistic("x", .cumulative, unit: .cycles), 1_500_000, "1.5 M cycles"),
      (
        Statistic("x", .cumulative, unit: .bytes, scale: Scale(base: .two, exponent: 20)), 3,
        "3 MiB"
      ),
      (
        Statistic("x", .cumulative, unit: .bytes, scale: Scale(base: .ten, exponent: 3)), 2,
        "1.95 KiB"
      ),
      (
        Statistic("x", .cumulative, unit: .bytes, scale: Scale(base: .ten, exponent: -1)), 15,
        "1.5 B"
      ),
      (Statistic("x", .cumulative, unit: .seconds, scale: .micro), 1500, "1.5 ms"),
      (
        Statistic("x", .cumulative, unit: .seconds, scale: Scale(base: .ten, exponent: -15)), 1,
        "0.001 ps"
      ),
      (
        Statistic("x", .cumulative, unit: .seconds, scale: Scale(base: .two, exponent: -10)), 1,
        "977 us"
      ),
      (Statistic("x", .cumulative, scale: Scale(base: .ten, exponent: -3)), 1, "0.001"),
      (
        Statistic("x", .cumulative, scale: Scale(base: .unknown(7), exponent: 3)), 5,
        "5 * unknown(7)^3"
      ),
      (
        Statistic("x", .cumulative, unit: .bytes, scale: Scale(base: .two, exponent: 900)), 5,
        "5 * 2^900 bytes"
      ),
      (state, 0, "off"), (state, 1, "on"), (state, 2, "2"),
      // A bucket counts samples; only its bounds are durations.
      (Statistic("x", .logHistogram, unit: .seconds, scale: .nano, size: 32), 5, "5"),
    ] as [(Statistic, UInt64, String)])
  func words(statistic: Statistic, word: UInt64, text: String) {
    #expect(Quantity(word, of: statistic)?.text == text)
  }

  @Test(
    "An inactive word has no quantity",
    arguments: [
      (Statistic("x", .instant), .max), (state, .max), (Statistic("x", .unknown(9)), .max),
      (Statistic("x", .instant, isSigned: true), 1 << 63),
    ] as [(Statistic, UInt64)])
  func inactive(statistic: Statistic, word: UInt64) {
    #expect(Quantity(word, of: statistic) == nil)
  }

  @Test(
    "The largest word of every scale and unit has a text",
    arguments: [Unit.none, .bytes, .seconds, .cycles, .boolean, .unknown(9)],
    [.min, -9, -27, 0, 20, 60, 64, .max] as [Int16])
  func extremes(unit: Unit, exponent: Int16) {
    for base in [Scale.Base.ten, .two, .unknown(3)] {
      let statistic = Statistic(
        "x", .cumulative, unit: unit, scale: Scale(base: base, exponent: exponent))
      let text = Quantity(.max - 1, of: statistic)?.text ?? ""
      #expect(!text.isEmpty)
      #expect(!text.contains("  "), "\(text)")
    }
  }

  @Test("A bound has the unit of its histogram")
  func bound() {
    let statistic = Statistic("h", .logHistogram, unit: .seconds, scale: .nano, size: 32)
    #expect(Quantity(1 << 30, inUnitOf: statistic).text == "1.07 s")
    #expect(Quantity(.max, inUnitOf: statistic).text == "213503d23h")
  }

  @Test(
    "A share is shown as a percentage with one decimal",
    arguments: [
      (0, "0.0%"), (0.1234, "12.3%"), (0.9996, "100.0%"), (4, "400.0%"), (-0.0123, "-1.2%"),
      (.nan, "-"), (.infinity, "-"), (1e300, "-"),
    ] as [(Double, String)])
  func share(share: Double, text: String) {
    #expect(Quantity(share: share).text == text)
  }

  @Test(
    "A rate is shown with three significant digits",
    arguments: [
      (0, .none, "0"), (1.0, .none, "1"), (12.34, .none, "12.3"), (1234.5, .none, "1.23k"),
      (999_600, .none, "1M"), (0.001666, .none, "0.00167"), (0.0512, .none, "0.0512"),
      (-1234.5, .none, "-1.23k"), (1.5e12, .none, "1.5T"), (12.34, .cycles, "12.3 cycles"),
      (1.5e6, .bytes, "1.43 MiB"), (123_456, .bytes, "121 KiB"), (12.34, .bytes, "12.3 B"),
      (0.25, .seconds, "250 ms"), (.nan, .none, "-"), (.infinity, .none, "inf"),
      (-.infinity, .none, "-inf"),
    ] as [(Double, Unit, String)])
  func about(value: Double, unit: Unit, text: String) {
    #expect(Quantity(about: value, unit: unit).text == text)
  }
}
