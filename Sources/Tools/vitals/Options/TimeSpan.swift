import ArgumentParser
import Statistics

/// A length of time, written with its unit: `500ms`, `1s`, `1.5s`, `2m`.
///
/// A number without a unit means seconds.
struct TimeSpan: CustomStringConvertible {
  let nanoseconds: UInt64

  init(seconds: UInt64) {
    nanoseconds = seconds * 1_000_000_000
  }

  /// Parses a number with a unit.
  init(_ text: String) throws {
    let digits = text.prefix { $0.isNumber || $0 == "." }
    let factors: [Substring: Double] = [
      "us": 1e3, "ms": 1e6, "": 1e9, "s": 1e9, "m": 60e9, "min": 60e9, "h": 3600e9,
    ]
    // Reject lengths of more than about a thousand years.
    guard let number = Double(digits), let factor = factors[text.dropFirst(digits.count)],
      number * factor <= 3e16 * 1e3
    else {
      throw ValidationError("expected a number with a unit of us, ms, s, m or h, such as 500ms")
    }
    nanoseconds = UInt64((number * factor).rounded())
  }

  var description: String {
    let exact = Decimal(mantissa: UInt128(nanoseconds), exponent: -9)
    return Quantity(exact, unit: .seconds).text.replacing(" ", with: "")
  }
}
