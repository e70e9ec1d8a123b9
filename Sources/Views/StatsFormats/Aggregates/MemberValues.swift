internal import Statistics
internal import StatsTree

/// The values of a statistic over the members of an aggregate, reduced by functions.
///
/// A member that could not be read contributes its last value, as in the aggregate. Inactive values
/// are skipped.
struct MemberValues {
  private(set) var count = 0
  private(set) var zeroCount = 0
  private(set) var sum: Int128 = 0
  /// The extreme values with the positions of their members.
  private(set) var minimum: (value: Int128, member: Int)?
  private(set) var maximum: (value: Int128, member: Int)?

  init(_ statistic: Statistic, _ members: [AggregateMember], _ sampler: Sampler) {
    for index in members.indices {
      guard let word = sampler.value(statistic, at: members[index].placement) else { continue }
      let value = Level(word, of: statistic).value
      count += 1
      sum += value
      if value == 0 { zeroCount += 1 }
      if minimum.map({ value < $0.value }) ?? true { minimum = (value, index) }
      if maximum.map({ value > $0.value }) ?? true { maximum = (value, index) }
    }
  }

  /// Whether the members' values differ; if not, no member is named.
  var differ: Bool { minimum?.value != maximum?.value }

  /// Returns the result of a function and the member that has it; nil without values.
  func result(of function: AggregateFunction) -> (number: AggregateNumber, member: Int?)? {
    guard count > 0, let minimum, let maximum else { return nil }
    return switch function {
    case .sum: (AggregateNumber(raw: sum), nil)
    case .minimum: (AggregateNumber(raw: minimum.value), differ ? minimum.member : nil)
    case .maximum: (AggregateNumber(raw: maximum.value), differ ? maximum.member : nil)
    case .average: (AggregateNumber(raw: sum * 1000 / Int128(count), places: 3), nil)
    case .countZero: (AggregateNumber(raw: Int128(zeroCount), isCount: true), nil)
    }
  }
}

/// A result in a statistic's raw unit (an average has three decimals), or a number of members.
struct AggregateNumber {
  let raw: Int128
  /// The number of decimals in `raw`.
  var places = 0
  /// Whether this is a number of members, which has no unit.
  var isCount = false

  /// The value in the raw unit.
  var plain: Decimal {
    Decimal(mantissa: UInt128(raw.magnitude), exponent: -places, isNegative: raw < 0)
  }

  /// Returns the value in the unit of the statistic, or in the raw unit if the scale is not exact.
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

  /// Returns the value with a unit prefix, for tables.
  func text(of statistic: Statistic) -> String {
    if isCount { return Quantity(plain, unit: .none).text }
    guard statistic.scale.isExact else { return "\(plain) * \(statistic.exactUnit)" }
    // An average of booleans is a fraction.
    let unit: Unit = statistic.unit == .boolean ? .none : statistic.unit
    return Quantity(exact(of: statistic), unit: unit).text
  }
}
