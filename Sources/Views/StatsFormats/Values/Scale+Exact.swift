internal import Statistics

extension Scale {
  /// Whether every raw value can be converted to the unit as an exact decimal number within the
  /// range of `Double`.
  var isExact: Bool {
    switch base {
    case .ten: (-280...280).contains(exponent)
    case .two: (-27...64).contains(exponent)
    case .unknown: false
    }
  }
}

extension Statistic {
  /// Returns a word (a 64-bit value of the statistic) as an exact number.
  ///
  /// The number is in the unit of the statistic, or in the raw unit if the scale is not exact.
  func exact(_ word: UInt64) -> Decimal {
    let level = Level(word, of: self).value
    let magnitude = UInt64(level.magnitude)
    var decimal =
      (scale.isExact ? Decimal(magnitude, scale: scale) : nil)
      ?? Decimal(mantissa: UInt128(magnitude), exponent: 0)
    decimal.isNegative = level < 0
    return decimal
  }

  /// Returns a bucket bound as an exact number in the unit that `exact` uses.
  ///
  /// A bound is never negative.
  func exactBound(_ bound: UInt64) -> Decimal {
    (scale.isExact ? Decimal(bound, scale: scale) : nil)
      ?? Decimal(mantissa: UInt128(bound), exponent: 0)
  }

  /// The unit of the numbers that `exact` returns, such as `seconds` or `2^-40 seconds`; empty for
  /// plain numbers.
  var exactUnit: String {
    let word = unit == .none ? "" : unit.description
    if scale.isExact { return word }
    return word.isEmpty ? scale.description : "\(scale) \(word)"
  }

  /// The raw unit as the text that follows an integer, such as ` ns` or ` KiB`.
  var rawUnit: String {
    switch (unit, scale) {
    case (.none, .one), (.boolean, _): ""
    case (.seconds, .one): " s"
    case (.seconds, Scale(base: .ten, exponent: -3)): " ms"
    case (.seconds, .micro): " us"
    case (.seconds, .nano): " ns"
    case (.bytes, .one): " B"
    case (.bytes, Scale(base: .two, exponent: 10)): " KiB"
    case (.bytes, Scale(base: .two, exponent: 20)): " MiB"
    case (.bytes, Scale(base: .two, exponent: 30)): " GiB"
    case (.cycles, .one): " cycles"
    default: scale == .one ? " \(unit)" : " * \(scale) \(unit == .none ? "" : unit.description)"
    }
  }
}
