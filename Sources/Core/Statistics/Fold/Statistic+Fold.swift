extension Statistic {
  /// What becomes of the statistic over members, under this name; its offset is not set.
  ///
  /// The function is nil where the fold has a form of its own.
  func folded(by function: FoldFunction?, name: String) -> Statistic {
    var folded = self
    folded.name = name
    guard let function else {
      switch FoldTreatment(of: self) {
      case .number, .merge: break
      case .names: folded.count(states)
      case .flag: folded.count(["no", "yes"])
      }
      return folded
    }
    switch (function, kind) {
    // A sum of what only grows grows; the highest of peaks is one. An unknown kind stays unknown.
    case (.sum, .cumulative), (.maximum, .peak), (.minimum, .unknown), (.maximum, .unknown): break
    default: folded.kind = .instant
    }
    switch function {
    case .sum, .minimum, .maximum: break
    case .average: folded.scale = scale.ofAverage
    case .countZero:
      folded.unit = .none
      folded.scale = .one
      folded.isSigned = false
    }
    return folded
  }

  /// Makes it a histogram that counts members by name, and of a state those without one.
  private mutating func count(_ names: [String]) {
    let hasRest = kind == .state
    kind = .linearHistogram
    bucketSize = 1
    size = names.count + (hasRest ? 1 : 0)
    states = names
    isSigned = false
  }
}

extension Scale {
  /// The scale with room for three decimals, or the same where there is none.
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

  /// What a value is multiplied by for the scale of its average.
  var factorOfAverage: Int128 {
    if ofAverage == self { return 1 }
    return base == .two ? 1024 : 1000
  }
}
