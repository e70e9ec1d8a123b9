extension Histogram {
  /// The bounds of a quantile.
  ///
  /// The position of a sample within its bucket is unknown, so the result is the range of the whole
  /// bucket. The exact quantile is at least `lower` and at most `upper`. For a fraction of 0, the
  /// result is the bucket of the minimum; for a fraction of 1, it is the bucket of the maximum.
  ///
  /// - Returns: `nil` if there are no samples.
  public func quantile(_ fraction: Double) -> Bounds? {
    precondition(fraction >= 0 && fraction <= 1, "not a fraction: \(fraction)")
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

  /// The smallest number of samples that is at least the fraction of the total.
  private func rank(_ fraction: Double, of total: UInt128) -> UInt128 {
    if fraction == 1 { return total }
    let rank = min(max(1, UInt128((Double(total) * fraction).rounded(.up))), total)
    // In Double arithmetic, 0.07 * 100 is above 7 but 7 / 100 is 0.07, so the rank can be 1 too
    // high.
    return rank > 1 && Double(rank - 1) / Double(total) >= fraction ? rank - 1 : rank
  }
}
