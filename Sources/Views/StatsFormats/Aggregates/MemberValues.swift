internal import Statistics
internal import StatsTree

/// The values of a number over the members of an aggregate: what a function makes of them.
///
/// A member that could not be read counts with its last value, as in the fold; an inactive value
/// does not count.
struct MemberValues {
  private(set) var count = 0
  private(set) var zeroCount = 0
  private(set) var sum: Int128 = 0
  /// The values with the positions of their members.
  private(set) var least: (value: Int128, member: Int)?
  private(set) var greatest: (value: Int128, member: Int)?

  init(_ statistic: Statistic, _ members: [AggregateMember], _ sampler: Sampler) {
    for index in members.indices {
      guard let word = sampler.value(statistic, at: members[index].placement) else { continue }
      let value = Level(word, of: statistic).value
      count += 1
      sum += value
      if value == 0 { zeroCount += 1 }
      if least.map({ value < $0.value }) ?? true { least = (value, index) }
      if greatest.map({ value > $0.value }) ?? true { greatest = (value, index) }
    }
  }

  /// Whether one member stands out: where all have the same there is none to name.
  var differs: Bool { least?.value != greatest?.value }

  /// What a function makes of them, and whose it is; nil without values.
  func number(_ function: AggregateFunction) -> (number: AggregateNumber, member: Int?)? {
    guard count > 0, let least, let greatest else { return nil }
    return switch function {
    case .sum: (AggregateNumber(raw: sum), nil)
    case .minimum: (AggregateNumber(raw: least.value), differs ? least.member : nil)
    case .maximum: (AggregateNumber(raw: greatest.value), differs ? greatest.member : nil)
    case .average: (AggregateNumber(raw: sum * 1000 / Int128(count), places: 3), nil)
    case .countZero: (AggregateNumber(raw: Int128(zeroCount), isCount: true), nil)
    case .list: nil
    }
  }
}

/// A number in a statistic's raw unit, an average with three decimals, or a count of members.
struct AggregateNumber {
  let raw: Int128
  /// The decimals of `raw`.
  var places = 0
  /// Whether it counts members, and so has no unit.
  var isCount = false

  /// The number in the raw unit.
  var plain: Decimal {
    Decimal(mantissa: UInt128(raw.magnitude), exponent: -places, isNegative: raw < 0)
  }

  /// The number in the unit, or in the raw one where the scale is not exact.
  func exact(of statistic: Statistic) -> Decimal {
    guard !isCount, statistic.scale.isExact, var one = Decimal(1, scale: statistic.scale) else {
      return plain
    }
    let (product, overflow) = one.mantissa.multipliedReportingOverflow(by: raw.magnitude)
    if overflow { return plain }
    one.mantissa = product
    one.exponent -= places
    one.isNegative = raw < 0
    return one
  }

  /// For a person.
  func text(of statistic: Statistic) -> String {
    if isCount { return Quantity(plain, unit: .none).text }
    guard statistic.scale.isExact else { return "\(plain) * \(statistic.exactUnit)" }
    // An average of yes and no is no boolean.
    let unit: Unit = statistic.unit == .boolean ? .none : statistic.unit
    return Quantity(exact(of: statistic), unit: unit).text
  }
}
