public import Statistics

extension Formula {
  /// Checks names, kinds and units against schemas, before anything is measured.
  ///
  /// Where a name stands in several schemas, one that it fits is enough.
  ///
  /// - Throws: `FormulaError`, which points at the wrong part.
  public func check(against schemas: [Schema]) throws(FormulaError) {
    var forms: [String: [Statistic]] = [:]
    for schema in schemas {
      for statistic in schema.statistics { forms[statistic.name, default: []].append(statistic) }
    }
    var evaluator = FormulaEvaluator()
    _ = try evaluator.run(
      steps,
      operand: { (_: Int, step: FormulaStep) throws(FormulaError) -> FormulaItem in
        guard case .statistic(let function, let name) = step.operation else { return .truth(nil) }
        guard let known = forms[name], let first = known.first else {
          throw FormulaError(
            text, step.range,
            "no source here has a statistic '\(name)'" + Self.near(name, in: forms.keys))
        }
        let fitting = known.first { function.refusal(of: $0) == nil }
        if fitting == nil, let reason = function.refusal(of: first) {
          throw FormulaError(text, step.range, "\(name) \(reason)")
        }
        return .number(nil, function.dimension(of: fitting ?? first))
      },
      misfit: { (misfit: FormulaEvaluator.Misfit) throws(FormulaError) in
        throw FormulaError(text, misfit.step.range, misfit.reason)
      })
  }

  /// The names that a person may have meant.
  private static func near(_ name: String, in known: some Sequence<String>) -> String {
    let most = max(1, name.count / 3)
    let near = known.filter { abs($0.count - name.count) <= 12 }.map { candidate in
      let contains = name.count > 2 && (candidate.contains(name) || name.contains(candidate))
      return (name: candidate, distance: contains ? 1 : name.editDistance(to: candidate))
    }.filter { $0.distance <= most }.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
    guard !near.isEmpty else { return "; 'vitals describe' lists them" }
    return "; there is " + near.prefix(4).map(\.name).joined(separator: ", ")
  }
}

extension String {
  /// How many characters must be added, taken or changed to make the other text.
  fileprivate func editDistance(to other: String) -> Int {
    let (one, two) = (Array(utf8.prefix(80)), Array(other.utf8.prefix(80)))
    var row = Array(0...two.count)
    for (line, character) in one.enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for (column, candidate) in two.enumerated() {
        let changed = diagonal + (character == candidate ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = Swift.min(changed, row[column] + 1, diagonal + 1)
      }
    }
    return row[two.count]
  }
}

extension StatisticFunction {
  /// Why the function cannot be made of a statistic; nil where it can.
  func refusal(of statistic: Statistic) -> String? {
    switch self {
    case .quantile:
      return statistic.kind.isHistogram ? nil : "is no histogram, so it has no quantiles"
    case .value, .rate, .share, .delta:
      if statistic.kind.isHistogram { return "is a histogram: write p50, p99 or p999 before it" }
      if self == .share, !statistic.isTimeSpent {
        return "counts no time, so it has no share of it: write rate(\(statistic.name))"
      }
      if self == .rate, statistic.kind == .peak { return "is a peak, which has no rate" }
      return nil
    }
  }

  func dimension(of statistic: Statistic) -> Dimension {
    let base: Dimension =
      switch statistic.unit {
      case .seconds: .duration
      case .bytes: .size
      case .cycles: Dimension(cycles: 1)
      case .none, .boolean, .unknown: .count
      }
    return switch self {
    case .value, .delta, .quantile: base
    case .rate: base.times(.duration, power: -1)
    case .share: .ratio
    }
  }
}
