import ArgumentParser
import Statistics

/// A length of time, written with its unit: `500ms`, `1s`, `1.5s`, `2m`.
///
/// A number without a unit means seconds.
struct TimeSpan: CustomStringConvertible {
  let nanoseconds: UInt64

  /// The maximum in nanoseconds, about 23 years: added to any clock it fits in 63 bits.
  private static let maximum = 200_000 * 3600e9

  init(seconds: UInt64) {
    nanoseconds = seconds * 1_000_000_000
  }

  /// Parses a number with a unit.
  init(_ text: String) throws {
    let digits = text.prefix { $0.isNumber || $0 == "." }
    let factors: [Substring: Double] = [
      "us": 1e3, "ms": 1e6, "": 1e9, "s": 1e9, "m": 60e9, "min": 60e9, "h": 3600e9,
    ]
    guard let number = Double(digits), let factor = factors[text.dropFirst(digits.count)] else {
      throw ValidationError("expected a number with a unit of us, ms, s, m or h, such as 500ms")
    }
    guard number * factor <= Self.maximum else {
      throw ValidationError("'\(text)' is too long; the maximum is 200000h")
    }
    nanoseconds = UInt64((number * factor).rounded())
  }

  var description: String {
    let exact = Decimal(mantissa: UInt128(nanoseconds), exponent: -9)
    return Quantity(exact, unit: .seconds).text.replacing(" ", with: "")
  }
}
