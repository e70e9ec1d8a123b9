internal import Statistics
internal import StatsTree

/// The rates of a counter over the members of an aggregate, reduced by functions.
///
/// The maximum of the members' rates differs from the rate of the maximum total. Members without a
/// rate, for example stale ones, are skipped, and so are members whose wait is not counted yet.
struct MemberRates {
  /// A rate and the position of the member that has it.
  struct Extreme {
    let rate: Rate
    let member: Int
  }

  private(set) var count = 0
  /// The number of members whose wait is in progress; its time is counted when it ends.
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

  /// Returns the extreme that `min` or `max` selects; nil for other functions.
  func extreme(_ function: AggregateFunction) -> Extreme? {
    switch function {
    case .minimum: minimum
    case .maximum: maximum
    default: nil
    }
  }

  /// Whether the members' rates differ; if not, no member is named.
  var differ: Bool { minimum?.rate.perSecond != maximum?.rate.perSecond }
}
