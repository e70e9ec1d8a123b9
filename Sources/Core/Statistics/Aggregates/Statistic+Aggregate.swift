extension Statistic {
  /// The statistic that describes the result of an aggregation; its offset is not set.
  ///
  /// `function` is `nil` if the values are merged or counted by value.
  func aggregated(by function: AggregateFunction?, name: String) -> Statistic {
    var result = self
    result.name = name
    guard let function else {
      switch AggregationMode(of: self) {
      case .values, .histogram: break
      case .states: result.becomeCounts(of: states)
      case .boolean: result.becomeCounts(of: ["no", "yes"])
      }
      return result
    }
    switch (function, kind) {
    // The result keeps the kind: a sum of cumulative values only grows, the maximum of peaks is a
    // peak, and an unknown kind stays unknown.
    case (.sum, .cumulative), (.maximum, .peak), (.minimum, .unknown), (.maximum, .unknown): break
    default: result.kind = .instant
    }
    switch function {
    case .sum, .minimum, .maximum: break
    case .average: result.scale = scale.ofAverage
    case .countZero:
      result.unit = .none
      result.scale = .one
      result.isSigned = false
    }
    return result
  }

  /// Converts the statistic to a histogram with a bucket for each name.
  private mutating func becomeCounts(of names: [String]) {
    let hasUnnamed = kind == .state
    kind = .linearHistogram
    bucketSize = 1
    size = names.count + (hasUnnamed ? 1 : 0)
    states = names
    isSigned = false
  }
}

extension Scale {
  /// The scale of averages: three more decimals, or 2^-10 for base 2, if the exponent permits this.
  var ofAverage: Scale {
    let places: Int16
    switch base {
    case .ten: places = 3
    case .two: places = 10
    case .unknown: return self
    }
    let (lower, overflow) = exponent.subtractingReportingOverflow(places)
    return overflow ? self : Scale(base: base, exponent: lower)
  }

  /// The factor by which a value is multiplied to convert it to the scale of averages.
  var factorOfAverage: Int128 {
    if ofAverage == self { return 1 }
    return base == .two ? 1024 : 1000
  }
}
