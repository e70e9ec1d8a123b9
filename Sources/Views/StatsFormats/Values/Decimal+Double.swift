internal import Statistics

extension Decimal {
  /// The powers of ten that floating point has exactly.
  private static let exactPowers: [Double] = (0...22).map { exponent in
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }

  /// The number as nearly as floating point has it: for a last step only.
  ///
  /// Up to 2^53, and with at most 22 decimals, it is the nearest one.
  var about: Double {
    let magnitude =
      exponent.magnitude <= 22
      ? exponent < 0
        ? Double(mantissa) / Self.exactPowers[-exponent]
        : Double(mantissa) * Self.exactPowers[exponent]
      : (0..<min(exponent.magnitude, 400)).reduce(Double(mantissa)) { value, _ in
        exponent < 0 ? value / 10 : value * 10
      }
    return isNegative ? -magnitude : magnitude
  }
}
