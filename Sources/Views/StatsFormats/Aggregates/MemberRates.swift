internal import Statistics
internal import StatsTree

/// The rates of one counter of all members of an aggregate, and their minimum, maximum and average.
///
/// The maximum of the members' rates is not the rate of the largest counter, because the member
/// that counts fastest need not have the largest value. Members without a rate, for example stale
/// members, are skipped. Some counters count the time of a wait only when the wait ends. Members
/// that are waiting now are skipped for such a counter.
struct MemberRates {
  /// A rate and the index of the member that has this rate.
  struct Extreme {
    let rate: Rate
    let member: Int
  }

  private(set) var count = 0
  /// The number of members that are skipped because they are waiting now.
  private(set) var waitingCount = 0
  private(set) var zeroCount = 0
  private(set) var minimum: Extreme?
  private(set) var maximum: Extreme?
  private var total = 0.0

  /// The average rate in raw units per second; nil if no member has a rate.
  var average: Double? { count > 0 ? total / Double(count) : nil }

  init(_ formatter: CellFormatter, _ members: [AggregateMember], _ sampler: Sampler) {
    for index in members.indices {
      let placement = members[index].placement
      guard let rate = sampler.rate(formatter.statistic, at: placement) else { continue }
      if rate.increase == 0, formatter.ongoingFlag?.isSet(sampler, at: placement) == true {
        waitingCount += 1
        continue
      }
      count += 1
      total += rate.perSecond
      if rate.increase == 0, !rate.afterReset { zeroCount += 1 }
      let isMinimum = minimum.map { rate.perSecond < $0.rate.perSecond } ?? true
      if isMinimum { minimum = Extreme(rate: rate, member: index) }
      let isMaximum = maximum.map { rate.perSecond > $0.rate.perSecond } ?? true
      if isMaximum { maximum = Extreme(rate: rate, member: index) }
    }
  }

  /// Returns the minimum for `min` and the maximum for `max`; nil for other functions.
  func extreme(_ function: AggregateFunction) -> Extreme? {
    switch function {
    case .minimum: minimum
    case .maximum: maximum
    default: nil
    }
  }

  /// Whether the members' rates differ.
  ///
  /// If all rates are equal, the output does not name the member that has the minimum or maximum.
  var differ: Bool { minimum?.rate.perSecond != maximum?.rate.perSecond }
}
