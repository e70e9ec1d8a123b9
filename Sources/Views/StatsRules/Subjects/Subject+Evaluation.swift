internal import Statistics
internal import StatsTree

extension Subject {
  /// Evaluates a condition with the last two samples of this source.
  ///
  /// - Precondition: The result of the formula is a condition.
  public func answer(_ condition: Formula) -> Answer {
    let (item, missing) = evaluate(condition)
    guard case .truth(let truth) = item.content else {
      preconditionFailure("not a condition: \(condition.text)")
    }
    guard let truth else { return .unknown(missing) }
    return truth ? .yes : .no
  }

  /// Evaluates a numeric formula with the last two samples of this source.
  ///
  /// - Precondition: The result of the formula is a number.
  public func measure(_ formula: Formula) -> Result<Measure, MissingValuesError> {
    let (item, missing) = evaluate(formula)
    guard case .number(let value, let dimension) = item.content else {
      preconditionFailure("not a number: \(formula.text)")
    }
    guard let value else { return .failure(MissingValuesError(all: missing)) }
    return .success(Measure(value: value, dimension: dimension))
  }

  /// Evaluates a formula.
  ///
  /// - Returns: The result, and the missing values that make the result unknown, without
  ///   duplicates.
  private func evaluate(_ formula: Formula) -> (item: FormulaItem, missing: [MissingValue]) {
    var evaluator = FormulaEvaluator()
    var reasons: [Int: [MissingValue]] = [:]
    let item = evaluator.run(
      formula.steps,
      operand: { position, step in
        switch step.operation {
        case .statistic(let function, let name):
          do throws(MissingValuesError) {
            let measure = try number(function, name)
            return .number(measure.value, measure.dimension)
          } catch {
            reasons[position] = error.all
            return .number(nil, dimension(function, name))
          }
        case .state(let word): return .truth(hasStatus(word))
        default: return .truth(nil)
        }
      },
      unitMismatch: {
        reasons[$0.position] = [.mismatch(name: formula.text, reason: "has \($0.reason)")]
      })
    var missing: [MissingValue] = []
    for cause in item.causes {
      for reason in reasons[cause] ?? [.zeroDivisor(formula.text)]
      where !missing.contains(reason) {
        missing.append(reason)
      }
    }
    return (item, missing)
  }

  private func dimension(_ function: StatisticFunction, _ name: String) -> Dimension? {
    find(name).map { function.dimension(of: $0.statistic) }
  }

  private func number(
    _ function: StatisticFunction, _ name: String
  ) throws(MissingValuesError) -> Measure {
    guard let (entry, statistic) = find(name) else {
      if case .denied = source.status { throw MissingValuesError(.withheld(name: name)) }
      throw MissingValuesError(.absent(name: name))
    }
    if let reason = function.mismatch(with: statistic) {
      throw MissingValuesError(.mismatch(name: name, reason: reason))
    }
    switch sampler.status(of: entry) {
    case .up: break
    case .stale: throw MissingValuesError(.unreadable(name: name, .stale))
    case .pending: throw MissingValuesError(.unreadable(name: name, .pending))
    case .denied(let code): throw MissingValuesError(.unreadable(name: name, .denied(code: code)))
    case .gone: throw MissingValuesError(.unreadable(name: name, .gone))
    }
    guard statistic.kind.isHistogram || sampler.value(statistic, of: entry) != nil else {
      throw MissingValuesError(.inactive(name: name))
    }
    let value: Double
    switch function {
    case .value:
      let word = sampler.value(statistic, of: entry) ?? 0
      value = statistic.inUnit(Double(Level(word, of: statistic).value))
    case .delta: value = statistic.inUnit(try growth(of: statistic, entry))
    case .rate: value = try rate(of: statistic, entry)
    case .share: value = try share(of: statistic, entry)
    case .quantile(let thousandths):
      value = statistic.inUnit(try quantile(thousandths, of: statistic, entry))
    }
    return Measure(value: value, dimension: function.dimension(of: statistic))
  }

  private func growth(
    of statistic: Statistic, _ entry: Plan.Entry
  ) throws(MissingValuesError) -> Double {
    switch sampler.delta(statistic, of: entry) {
    case .increase(let growth)?, .reset(since: let growth)?: return Double(growth)
    case .change(let change)?: return Double(change)
    case .unknown?, nil: throw MissingValuesError(.early(name: statistic.name))
    }
  }

  /// Returns the growth of a count, or the change of a level, per second.
  private func rate(
    of statistic: Statistic, _ entry: Plan.Entry
  ) throws(MissingValuesError) -> Double {
    if let rate = sampler.rate(statistic, of: entry) { return statistic.inUnit(rate.perSecond) }
    guard let interval = sampler.interval(of: entry), interval.nominal > 0 else {
      throw MissingValuesError(.early(name: statistic.name))
    }
    return statistic.inUnit(
      try growth(of: statistic, entry) * 1e9 / Double(interval.nominal))
  }

  private func share(
    of statistic: Statistic, _ entry: Plan.Entry
  ) throws(MissingValuesError) -> Double {
    let memberCount = sampler.members(of: entry)?.count ?? 1
    guard let rate = sampler.rate(statistic, of: entry),
      let share = Share(rate, of: statistic, memberCount: max(1, memberCount))
    else { throw MissingValuesError(.early(name: statistic.name)) }
    return share.value
  }

  /// Returns a quantile of the new samples of a histogram, as the lower bound of the bucket with
  /// the quantile.
  private func quantile(
    _ thousandths: Int, of statistic: Statistic, _ entry: Plan.Entry
  ) throws(MissingValuesError) -> Double {
    let histogram: Histogram
    switch sampler.change(statistic, of: entry) {
    case .increase(let samples)?, .reset(since: let samples)?: histogram = samples
    case nil: throw MissingValuesError(.early(name: statistic.name))
    }
    guard let bounds = histogram.quantile(Double(thousandths) / 1000) else {
      throw MissingValuesError(.empty(name: statistic.name))
    }
    return Double(bounds.lower)
  }
}

/// Thrown if a formula cannot be evaluated because values are missing.
public struct MissingValuesError: Error, Hashable, Sendable {
  public let all: [MissingValue]

  init(all: [MissingValue]) {
    self.all = all
  }

  init(_ value: MissingValue) {
    all = [value]
  }
}

extension Statistic {
  /// Multiplies a raw number by the scale of the statistic.
  ///
  /// The result is in the statistic's unit.
  fileprivate func inUnit(_ raw: Double) -> Double {
    let base: Double =
      switch scale.base {
      case .ten: 10
      case .two: 2
      case .unknown: 1
      }
    var factor = 1.0
    for _ in 0..<min(abs(Int(scale.exponent)), 400) { factor *= base }
    return scale.exponent < 0 ? raw / factor : raw * factor
  }
}
