internal import Statistics

/// Converts the buckets of a histogram to the form of OpenMetrics, which describes a bucket by its
/// inclusive upper bound.
struct BucketBounds {
  /// A bucket with an upper bound.
  ///
  /// All samples in the histogram's buckets up to the index `last` are at most `le`.
  struct Bucket {
    let last: Int
    /// The exact upper bound in the unit of the statistic, as a canonical number of OpenMetrics.
    let le: [UInt8]
  }

  /// The buckets with increasing bounds, without the bucket `+Inf`.
  let buckets: [Bucket]

  init(of statistic: Statistic) {
    var buckets: [Bucket] = []
    var highest: UInt64?
    if let shape = statistic.histogramShape {
      for index in 0..<shape.count {
        guard let upper = shape.bounds(of: index)?.upper else { continue }
        // A defective schema might have buckets of width 0. Such buckets are merged, so that no
        // sample is lost.
        if let highest, upper <= highest {
          if upper == highest, let same = buckets.popLast() {
            buckets.append(Bucket(last: index, le: same.le))
          }
          continue
        }
        highest = upper
        let le = Self.canonical(statistic.exactBound(upper))
        buckets.append(Bucket(last: index, le: Array(le.utf8)))
      }
    }
    self.buckets = buckets
  }

  /// Formats a number as Go's `%g` does, with `.0` added to integers.
  ///
  /// Source: OpenMetrics 1.0, "Canonical Numbers". The text keeps all digits and is exact.
  static func canonical(_ number: Decimal) -> String {
    var mantissa = number.mantissa
    var exponent = number.exponent
    guard mantissa > 0 else { return "0.0" }
    while mantissa.isMultiple(of: 10) {
      mantissa /= 10
      exponent += 1
    }
    let digits = String(mantissa)
    let order = exponent + digits.count - 1
    let sign = number.isNegative ? "-" : ""
    if order < -4 || order >= 6 {
      let fraction = digits.dropFirst()
      let magnitude = String(abs(order))
      let power = (order < 0 ? "-" : "+") + (magnitude.count < 2 ? "0" : "") + magnitude
      return sign + digits.prefix(1) + (fraction.isEmpty ? "" : "." + fraction) + "e" + power
    }
    let plain = Decimal(
      mantissa: mantissa, exponent: exponent, isNegative: number.isNegative
    ).description
    return plain.contains(".") ? plain : plain + ".0"
  }
}
