internal import Statistics

/// The buckets of a histogram as a monitoring system has them: by their inclusive upper bounds.
struct BucketBounds {
  /// A closed bucket: the samples of all buckets up to `last` are at most its bound.
  struct Bucket {
    let last: Int
    /// The exact bound in the unit, in the canonical form.
    let le: [UInt8]
  }

  /// Without the one of `+Inf`; bounds grow.
  let buckets: [Bucket]

  init(of statistic: Statistic) {
    var buckets: [Bucket] = []
    var highest: UInt64?
    if let shape = statistic.histogramShape {
      for index in 0..<shape.count {
        guard let upper = shape.bounds(of: index)?.upper else { continue }
        // Buckets without width share their bound: a flaw of the schema, but no number is lost.
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

  /// A number as OpenMetrics wants bounds: as Go's `%g`, with `.0` where it looks like an integer.
  ///
  /// Source: OpenMetrics 1.0, "Canonical Numbers". All digits stay, so that it is exact.
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
