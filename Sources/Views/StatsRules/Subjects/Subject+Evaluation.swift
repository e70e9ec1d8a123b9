internal import Statistics
internal import StatsTree

extension Subject {
  /// Whether a condition holds for this source, by its last two samples.
  ///
  /// - Precondition: the formula is a condition.
  public func answer(_ condition: Formula) -> Answer {
    let (item, missing) = evaluate(condition)
    guard case .truth(let truth) = item.content else {
      preconditionFailure("no condition: \(condition.text)")
    }
    guard let truth else { return .unknown(missing) }
    return truth ? .yes : .no
  }

  /// The number that a formula gives for this source, or what it would need.
  ///
  /// - Precondition: the formula is a number.
  public func measure(_ formula: Formula) -> Result<Measure, MissingNumbers> {
    let (item, missing) = evaluate(formula)
    guard case .number(let value, let dimension) = item.content else {
      preconditionFailure("no number: \(formula.text)")
    }
    guard let value else { return .failure(MissingNumbers(all: missing)) }
    return .success(Measure(value: value, dimension: dimension))
  }

  /// The result, and why it is unknown: only what decides, each once.
  private func evaluate(_ formula: Formula) -> (item: FormulaItem, missing: [Missing]) {
    var vm = FormulaEvaluator()
    var reasons: [Int: [Missing]] = [:]
    let item = vm.run(
      formula.steps,
      operand: { position, step in
        switch step.operation {
        case .statistic(let function, let name):
          do throws(MissingNumbers) {
            let measure = try number(function, name)
            return .number(measure.value, measure.dimension)
          } catch {
            reasons[position] = error.all
            return .number(nil, dimension(function, name))
          }
        case .state(let word): return .truth(isIn(word))
        default: return .truth(nil)
        }
      },
      misfit: { reasons[$0.position] = [.unfit(name: formula.text, reason: ": \($0.reason)")] })
    var missing: [Missing] = []
    for cause in item.causes {
      for reason in reasons[cause] ?? [.zeroDivisor(formula.part(at: cause))]
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
  ) throws(MissingNumbers) -> Measure {
    guard let (entry, statistic) = find(name) else {
      if case .denied = source.status { throw MissingNumbers(.withheld(name: name)) }
      throw MissingNumbers(.absent(name: name))
    }
    if let reason = function.refusal(of: statistic) {
      throw MissingNumbers(.unfit(name: name, reason: reason))
    }
    switch sampler.status(of: entry) {
    case .up: break
    case .stale: throw MissingNumbers(.unreadable(name: name, .stale))
    case .denied(let code): throw MissingNumbers(.unreadable(name: name, .denied(code: code)))
    case .gone: throw MissingNumbers(.unreadable(name: name, .gone))
    }
    guard statistic.kind.isHistogram || sampler.value(statistic, of: entry) != nil else {
      throw MissingNumbers(.inactive(name: name))
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
  ) throws(MissingNumbers) -> Double {
    switch sampler.delta(statistic, of: entry) {
    case .increase(let growth)?, .reset(since: let growth)?: return Double(growth)
    case .change(let change)?: return Double(change)
    case .unknown?, nil: throw MissingNumbers(.early(name: statistic.name))
    }
  }

  /// Of a count its growth, of a level its change, per second.
  private func rate(
    of statistic: Statistic, _ entry: Plan.Entry
  ) throws(MissingNumbers) -> Double {
    if let rate = sampler.rate(statistic, of: entry) { return statistic.inUnit(rate.perSecond) }
    guard let interval = sampler.interval(of: entry), interval.nominal > 0 else {
      throw MissingNumbers(.early(name: statistic.name))
    }
    return statistic.inUnit(
      try growth(of: statistic, entry) * 1e9 / Double(interval.nominal))
  }

  private func share(
    of statistic: Statistic, _ entry: Plan.Entry
  ) throws(MissingNumbers) -> Double {
    let parties = sampler.members(of: entry)?.count ?? 1
    guard let rate = sampler.rate(statistic, of: entry),
      let share = Share(rate, of: statistic, parties: max(1, parties))
    else { throw MissingNumbers(.early(name: statistic.name)) }
    return share.value
  }

  /// The least that the quantile of the new samples can be.
  private func quantile(
    _ thousandths: Int, of statistic: Statistic, _ entry: Plan.Entry
  ) throws(MissingNumbers) -> Double {
    let histogram: Histogram
    switch sampler.change(statistic, of: entry) {
    case .increase(let samples)?, .reset(since: let samples)?: histogram = samples
    case nil: throw MissingNumbers(.early(name: statistic.name))
    }
    guard let bounds = histogram.quantile(Double(thousandths) / 1000) else {
      throw MissingNumbers(.empty(name: statistic.name))
    }
    return Double(bounds.lower)
  }
}

/// The numbers without which a formula gives none.
public struct MissingNumbers: Error, Hashable, Sendable {
  public let all: [Missing]

  init(all: [Missing]) {
    self.all = all
  }

  init(_ one: Missing) {
    all = [one]
  }
}

extension Statistic {
  /// A raw number in the statistic's unit.
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

extension Formula {
  /// The text of a formula that is one division, or that it is a part of it.
  fileprivate func part(at position: Int) -> String {
    steps.count <= 3 ? text : "a part of \(text)"
  }
}
