package import Statistics

/// Formats a histogram.
///
/// A quantile is shown as the bound of its bucket, not as an interpolated value.
package struct HistogramText {
  /// The texts of one bucket that has samples.
  package struct Bar {
    /// The exact inclusive bounds in the raw unit, such as `512..1023 ns`.
    package let bounds: String
    package let count: String
    /// A bar whose length is proportional to the count.
    ///
    /// The bar has at least one character.
    package let bar: String
  }

  private let histogram: Histogram
  private let statistic: Statistic
  private let barLength = 40

  package init(_ histogram: Histogram, of statistic: Statistic) {
    self.histogram = histogram
    self.statistic = statistic
  }

  /// The number of samples as text, such as `812 samples`.
  package var count: String {
    let count = histogram.count
    let number = Quantity(Decimal(mantissa: UInt128(count), exponent: 0), unit: .none).text
    return count == 1 ? "1 sample" : "\(number) samples"
  }

  /// The bounds of the quantiles, such as `p50 <= 1.02 us  p90 <= ...`.
  ///
  /// The text is empty if there are no samples.
  package var quantiles: String {
    let fractions = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1)]
    return fractions.compactMap { name, fraction in
      bound(of: fraction).map { "\(name) \($0)" }
    }.joined(separator: "  ")
  }

  /// Returns the bound of one quantile, such as `<= 1.02 us`, or `>= 1.07 s` if the quantile is in
  /// a bucket without an upper bound.
  ///
  /// Returns nil if there are no samples.
  func bound(of fraction: Double) -> String? {
    guard let bounds = histogram.quantile(fraction) else { return nil }
    guard let upper = bounds.upper else {
      return ">= \(Quantity(bounds.lower, inUnitOf: statistic).text)"
    }
    return "<= \(Quantity(upper, inUnitOf: statistic).text)"
  }

  /// The bars of all buckets that have samples.
  package var bars: [Bar] {
    let maximum = histogram.counts.max() ?? 0
    return histogram.counts.indices.compactMap { index in
      let count = histogram.counts[index]
      guard count > 0 else { return nil }
      let length = max(1, Int(UInt128(count) * UInt128(barLength) / UInt128(maximum)))
      return Bar(
        bounds: bounds(of: index), count: String(count),
        bar: String(repeating: "#", count: length))
    }
  }

  private func bounds(of index: Int) -> String {
    guard let bounds = histogram.shape.bounds(of: index) else { return "beyond 64 bits" }
    let numbers =
      switch bounds.upper {
      case nil: "\(bounds.lower).."
      case bounds.lower: "\(bounds.lower)"
      case .some(let upper): "\(bounds.lower)..\(upper)"
      }
    return numbers + statistic.rawUnit
  }
}
