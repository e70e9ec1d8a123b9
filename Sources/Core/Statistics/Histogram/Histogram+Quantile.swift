extension Histogram {
  /// The values between which a quantile lies, or nil without samples.
  ///
  /// A bucket does not say where in it its samples are, so the answer is the whole bucket: the
  /// true quantile is not below `lower` and not above `upper`. A fraction of 0 is the least sample
  /// and 1 the greatest.
  public func quantile(_ fraction: Double) -> Bounds? {
    precondition(fraction >= 0 && fraction <= 1, "no fraction: \(fraction)")
    let total = counts.reduce(UInt128(0)) { $0 + UInt128($1) }
    guard total > 0 else { return nil }
    let rank = rank(fraction, of: total)
    var seen: UInt128 = 0
    for (index, count) in counts.enumerated() where count > 0 {
      seen += UInt128(count)
      if seen >= rank { return shape.bounds(of: index) }
    }
    return nil
  }

  /// The smallest number of samples that is at least the fraction of all.
  private func rank(_ fraction: Double, of total: UInt128) -> UInt128 {
    if fraction == 1 { return total }
    let rank = min(max(1, UInt128((Double(total) * fraction).rounded(.up))), total)
    // 0.07 * 100 is above 7 as a Double, but 7 / 100 is 0.07.
    return rank > 1 && Double(rank - 1) / Double(total) >= fraction ? rank - 1 : rank
  }
}
