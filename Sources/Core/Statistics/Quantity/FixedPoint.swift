/// A number in the scaled unit of a statistic, with 64 fractional bits.
public struct FixedPoint: Hashable, Sendable {
  /// The number times 2^64.
  private let bits: Int128

  private static let half = Int128(1) << 63

  /// Multiplies a floating-point number by `power` and truncates the product to 64 fractional bits.
  ///
  /// The result is exact if the product has no bits below 2^-64. The result is `nil` if the value
  /// is not finite or the integer part of the product exceeds 64 bits.
  ///
  /// - Precondition: `power` is less than 2^60.
  public init?(_ value: Double, power: UInt64) {
    guard value.isFinite else { return nil }
    let isSubnormal = value.exponentBitPattern == 0
    let significand = value.significandBitPattern | (isSubnormal ? 0 : 1 << 52)
    // The value equals significand * 2^exponent, and both numbers are integers.
    let exponent = Int(max(1, value.exponentBitPattern)) - 1075
    let product = UInt128(significand) * UInt128(power)
    let shift = exponent + 64
    guard product == 0 || shift < product.leadingZeroBitCount else { return nil }
    let magnitude = Int128(product == 0 ? 0 : product << shift)
    bits = value < 0 ? -magnitude : magnitude
  }

  /// The number rounded to the nearest integer; `nil` if the integer exceeds 64 bits.
  public var rounded: Int64? {
    nextHalf.map { $0.whole }
  }

  /// The integer part, rounded down.
  public var whole: Int64 { Int64(truncatingIfNeeded: bits >> 64) }

  /// The fractional part, in units of 2^-64.
  public var fraction: UInt64 { UInt64(truncatingIfNeeded: bits) }

  /// The number plus one half; the integer part of this sum is the rounded number.
  public var nextHalf: FixedPoint? {
    let (sum, isOver) = bits.addingReportingOverflow(Self.half)
    return isOver ? nil : FixedPoint(bits: sum)
  }

  private init(bits: Int128) {
    self.bits = bits
  }
}

/// Returns 10^`decimals`.
public func powerOfTen(_ decimals: Int) -> UInt64 {
  (0..<decimals).reduce(1) { power, _ in power * 10 }
}
