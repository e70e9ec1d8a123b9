internal import Statistics
internal import StatsTree

/// Computes the minimum, maximum, average and sum of one statistic over the members of an
/// aggregate.
///
/// A member that could not be read contributes its last value, as it does in the aggregate's own
/// value. Inactive (missing) values are skipped.
struct MemberValues {
  private(set) var count = 0
  private(set) var zeroCount = 0
  private(set) var sum: Int128 = 0
  /// The smallest value, and the index of the member that has this value.
  private(set) var minimum: (value: Int128, member: Int)?
  /// The largest value, and the index of the member that has this value.
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

  /// Whether the members' values differ.
  ///
  /// If all values are equal, no member is named as the one that has the minimum or maximum.
  var differ: Bool { minimum?.value != maximum?.value }

  /// Returns the result of a function; nil if no member has a value.
  ///
  /// For `min` and `max`, `member` is the index of the member that has the result, or nil if all
  /// values are equal.
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

/// The result of a function: a value in the statistic's raw unit, or a number of members.
///
/// An average has three decimals.
struct AggregateNumber {
  let raw: Int128
  /// The number of digits of `raw` that follow the decimal point.
  var places = 0
  /// Whether the result is a number of members, which has no unit.
  var isCount = false

  /// The value in the raw unit.
  var plain: Decimal {
    Decimal(mantissa: UInt128(raw.magnitude), exponent: -places, isNegative: raw < 0)
  }

  /// Returns the value in the unit of the statistic, or in the raw unit if `Scale.isExact` is
  /// `false`.
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
    // An average of booleans is a fraction, which is formatted without a unit.
    let unit: Unit = statistic.unit == .boolean ? .none : statistic.unit
    return Quantity(exact(of: statistic), unit: unit).text
  }
}
