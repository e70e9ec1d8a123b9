/// A number of a statistic's scaled unit with 64 binary digits behind the point.
public struct FixedPoint: Hashable, Sendable {
  /// 2 to the 64 times the number.
  private let bits: Int128

  private static let half = Int128(1) << 63

  /// The exact value of a double, in units of a `power`th: cut behind the last binary digit.
  ///
  /// What has a 64th of a millionth or more as its last digit, is not cut at all. Nil where it is
  /// not finite, or has no whole part of 64 bits.
  ///
  /// - Precondition: the power is below 2 to the 60.
  public init?(_ value: Double, power: UInt64) {
    guard value.isFinite else { return nil }
    let isSubnormal = value.exponentBitPattern == 0
    let significand = value.significandBitPattern | (isSubnormal ? 0 : 1 << 52)
    // value = significand * 2^exponent, so that both factors are whole numbers.
    let exponent = Int(max(1, value.exponentBitPattern)) - 1075
    let product = UInt128(significand) * UInt128(power)
    let shift = exponent + 64
    guard product == 0 || shift < product.leadingZeroBitCount else { return nil }
    let magnitude = Int128(product == 0 ? 0 : product << shift)
    bits = value < 0 ? -magnitude : magnitude
  }

  /// The number rounded to a whole one, or nil where that needs more than 64 bits.
  public var rounded: Int64? {
    nextHalf.map { $0.whole }
  }

  /// The whole part, rounded down.
  public var whole: Int64 { Int64(truncatingIfNeeded: bits >> 64) }

  /// What is above the whole part.
  public var fraction: UInt64 { UInt64(truncatingIfNeeded: bits) }

  /// The number and a half, so that its whole part is the number, rounded.
  public var nextHalf: FixedPoint? {
    let (sum, isOver) = bits.addingReportingOverflow(Self.half)
    return isOver ? nil : FixedPoint(bits: sum)
  }

  private init(bits: Int128) {
    self.bits = bits
  }
}

/// The power of ten of so many decimals.
public func powerOfTen(_ decimals: Int) -> UInt64 {
  (0..<decimals).reduce(1) { power, _ in power * 10 }
}
