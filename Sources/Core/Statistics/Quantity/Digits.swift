extension UInt128 {
  /// The number as decimal digits.
  var digits: String {
    // Most values fit into 64 bits, and 64-bit numbers are much cheaper to print.
    if let small = UInt64(exactly: self) { return String(small) }
    return String(self)
  }

  /// The number of decimal digits; 1 for 0.
  var digitCount: Int {
    guard let small = UInt64(exactly: self) else { return digits.utf8.count }
    var count = 1
    var bound: UInt64 = 10
    while small >= bound {
      count += 1
      let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
      if overflow { break }
      bound = next
    }
    return count
  }

  /// Drops the last `count` digits and rounds the rest half up.
  func dropping(digits count: Int) -> UInt128 {
    if let small = UInt64(exactly: self), count < 19 {
      let divisor = (0..<count).reduce(UInt64(1)) { power, _ in power * 10 }
      // The divisor is 1 or even. Adding half of the divisor before the division could overflow.
      let isUp = count > 0 && small % divisor >= divisor / 2
      return UInt128(small / divisor + (isUp ? 1 : 0))
    }
    guard count <= 38 else { return 0 }
    let divisor = (0..<count).reduce(UInt128(1)) { power, _ in power * 10 }
    let isUp = count > 0 && self % divisor >= divisor / 2
    return self / divisor + (isUp ? 1 : 0)
  }
}
