import ArgumentParser

/// A length of time with its unit: `500ms`, `1s`, `1.5s`, `2m`; a bare number is seconds.
struct TimeSpan: ExpressibleByArgument, CustomStringConvertible {
  let nanoseconds: UInt64

  init(seconds: UInt64) {
    nanoseconds = seconds * 1_000_000_000
  }

  init?(argument: String) {
    let digits = argument.prefix { $0.isNumber || $0 == "." }
    let factors: [Substring: Double] = [
      "us": 1e3, "ms": 1e6, "": 1e9, "s": 1e9, "m": 60e9, "min": 60e9, "h": 3600e9,
    ]
    guard let number = Double(digits), let factor = factors[argument.dropFirst(digits.count)]
    else { return nil }
    let value = (number * factor).rounded()
    // A thousand years are enough.
    guard value >= 0, value <= 3e19 / 1000 else { return nil }
    nanoseconds = UInt64(value)
  }

  var seconds: Double { Double(nanoseconds) / 1e9 }

  var description: String {
    nanoseconds.isMultiple(of: 1_000_000_000)
      ? "\(nanoseconds / 1_000_000_000)s" : "\(nanoseconds / 1_000_000)ms"
  }

  var defaultValueDescription: String { description }
}
