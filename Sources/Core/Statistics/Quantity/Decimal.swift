/// An exact decimal number, `mantissa` * 10^`exponent`.
public struct Decimal: Hashable, Sendable {
  public var isNegative: Bool
  public var mantissa: UInt128
  public var exponent: Int

  public init(mantissa: UInt128, exponent: Int, isNegative: Bool = false) {
    self.mantissa = mantissa
    self.exponent = exponent
    self.isNegative = isNegative
  }

  /// Converts a raw value to a number in its unit.
  ///
  /// The result is `nil` if the number cannot be represented exactly with 128 bits, or if the base
  /// is unknown.
  public init?(_ raw: UInt64, scale: Scale) {
    let exponent = Int(scale.exponent)
    switch scale.base {
    case .ten:
      self.init(mantissa: UInt128(raw), exponent: exponent)
    case .two where raw == 0:
      self.init(mantissa: 0, exponent: 0)
    case .two where exponent >= 0:
      guard exponent <= UInt128(raw).leadingZeroBitCount else { return nil }
      self.init(mantissa: UInt128(raw) << UInt128(exponent), exponent: 0)
    case .two:
      // A value v / 2^k equals v * 5^k / 10^k, and 5^27 is the largest power of 5 below 2^64.
      let halved = min(raw.trailingZeroBitCount, -exponent)
      let places = -exponent - halved
      guard places <= 27 else { return nil }
      let power = (0..<places).reduce(UInt128(1)) { power, _ in power * 5 }
      self.init(mantissa: UInt128(raw >> UInt64(halved)) * power, exponent: -places)
    case .unknown:
      return nil
    }
  }

  /// Rounds a floating-point number to six digits.
  public init?(rounding value: Double) {
    guard value.isFinite else { return nil }
    var magnitude = abs(value)
    var exponent = 0
    while magnitude >= 1_000_000 {
      magnitude /= 10
      exponent += 1
    }
    while magnitude > 0, magnitude < 100_000, exponent > -30 {
      magnitude *= 10
      exponent -= 1
    }
    self.init(
      mantissa: UInt128(UInt64(magnitude.rounded())), exponent: exponent, isNegative: value < 0)
  }

  /// Converts a number of seconds to nanoseconds, rounded down; `nil` on overflow.
  var nanoseconds: UInt128? {
    let shift = exponent + 9
    if shift < -38 { return 0 }
    var result = mantissa
    for _ in 0..<abs(shift) {
      if shift < 0 {
        result /= 10
      } else {
        let (product, overflow) = result.multipliedReportingOverflow(by: 10)
        if overflow { return nil }
        result = product
      }
    }
    return result
  }
}

extension Decimal: CustomStringConvertible {
  /// The exact number; with an exponent if the text without an exponent exceeds 40 digits.
  public var description: String {
    let sign = isNegative && mantissa != 0 ? "-" : ""
    if mantissa == 0 { return "0" }
    let digits = mantissa.digits
    if exponent >= 0 {
      guard digits.count + exponent <= 40 else { return "\(sign)\(digits)e\(exponent)" }
      return sign + digits + String(repeating: "0", count: exponent)
    }
    guard -exponent <= 40 else { return "\(sign)\(digits)e\(exponent)" }
    let padded = String(repeating: "0", count: max(0, 1 - exponent - digits.count)) + digits
    let whole = padded.dropLast(-exponent)
    var fraction = padded.suffix(-exponent)
    while fraction.last == "0" { fraction.removeLast() }
    return fraction.isEmpty ? sign + whole : "\(sign)\(whole).\(fraction)"
  }
}
