extension Histogram {
  /// The values between which a quantile lies, or nil without samples.
  ///
  /// A bucket does not say where in it its samples are, so the answer is the whole bucket: the
  /// true quantile is not below `lower` and not above `upper`. A fraction of 0 is the least sample
  /// and 1 the greatest.
  public func quantile(_ fraction: Double) -> Bounds? {
    precondition(fraction >= 0 && fraction <= 1, "no fraction: \(fraction)")
    // The smallest number of samples that is at least the fraction of all.
    let total = counts.reduce(UInt128(0)) { $0 + UInt128($1) }
    guard total > 0 else { return nil }
    let rank = max(1, UInt128((Double(total) * fraction).rounded(.up)))
    var seen: UInt128 = 0
    for (index, count) in counts.enumerated() where count > 0 {
      seen += UInt128(count)
      if seen >= rank { return shape.bounds(of: index) }
    }
    // Only where the last step's rounding made the rank exceed the total.
    return counts.lastIndex { $0 > 0 }.flatMap { shape.bounds(of: $0) }
  }
}
