public import Statistics

extension Formula {
  /// Checks the names, kinds and units in the formula against schemas.
  ///
  /// The check needs no values.
  ///
  /// If several schemas contain a name, the name must be valid for at least one of these schemas.
  ///
  /// - Throws: `FormulaError` with the position of the invalid part.
  public func check(against schemas: [Schema]) throws(FormulaError) {
    var statistics: [String: [Statistic]] = [:]
    for schema in schemas {
      for statistic in schema.statistics {
        statistics[statistic.name, default: []].append(statistic)
      }
    }
    var evaluator = FormulaEvaluator()
    _ = try evaluator.run(
      steps,
      operand: { (_: Int, step: FormulaStep) throws(FormulaError) -> FormulaItem in
        guard case .statistic(let function, let name) = step.operation else { return .truth(nil) }
        guard let candidates = statistics[name], let first = candidates.first else {
          throw FormulaError(
            text, step.range,
            "unknown statistic '\(name)'; " + Self.suggestion(for: name, in: statistics.keys))
        }
        let valid = candidates.first { function.mismatch(with: $0) == nil }
        if valid == nil, let reason = function.mismatch(with: first) {
          throw FormulaError(text, step.range, "'\(name)' \(reason)")
        }
        return .number(nil, function.dimension(of: valid ?? first))
      },
      unitMismatch: { (mismatch: FormulaEvaluator.UnitMismatch) throws(FormulaError) in
        throw FormulaError(text, mismatch.step.range, mismatch.reason)
      })
  }

  /// Returns a hint with similar names.
  private static func suggestion(for name: String, in known: some Sequence<String>) -> String {
    let maximumDistance = max(1, name.count / 3)
    let similar = known.filter { abs($0.count - name.count) <= 12 }.map { candidate in
      let contains = name.count > 2 && (candidate.contains(name) || name.contains(candidate))
      return (name: candidate, distance: contains ? 1 : name.editDistance(to: candidate))
    }.filter { $0.distance <= maximumDistance }.sorted {
      ($0.distance, $0.name) < ($1.distance, $1.name)
    }
    guard !similar.isEmpty else { return "'vitals describe' lists all names" }
    return "similar names: " + similar.prefix(4).map(\.name).joined(separator: ", ")
  }
}

extension String {
  /// Returns the Levenshtein distance between the first 80 bytes of this text and the first 80
  /// bytes of another text.
  fileprivate func editDistance(to other: String) -> Int {
    let (lhs, rhs) = (Array(utf8.prefix(80)), Array(other.utf8.prefix(80)))
    var row = Array(0...rhs.count)
    for (line, character) in lhs.enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for (column, candidate) in rhs.enumerated() {
        let changed = diagonal + (character == candidate ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = Swift.min(changed, row[column] + 1, diagonal + 1)
      }
    }
    return row[rhs.count]
  }
}

extension StatisticFunction {
  /// Returns the reason why the function cannot be applied to a statistic; `nil` if the function
  /// can be applied.
  func mismatch(with statistic: Statistic) -> String? {
    switch self {
    case .quantile:
      return statistic.kind.isHistogram ? nil : "is not a histogram and has no quantiles"
    case .value, .rate, .share, .delta:
      if statistic.kind.isHistogram {
        return "is a histogram; use a quantile, for example p99(\(statistic.name))"
      }
      if self == .share, !statistic.isTimeSpent {
        return "does not count time; use rate(\(statistic.name))"
      }
      if self == .rate, statistic.kind == .peak { return "is a peak value and has no rate" }
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
