internal import Statistics

extension Decimal {
  /// The powers of ten that `Double` represents exactly.
  private static let exactPowers: [Double] = (0...22).map { exponent in
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }

  /// The value as a floating point number.
  ///
  /// Convert only in the last step of a computation.
  ///
  /// The result is correctly rounded if the mantissa is at most 2^53 and the exponent is between
  /// -22 and 22.
  var doubleValue: Double {
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
