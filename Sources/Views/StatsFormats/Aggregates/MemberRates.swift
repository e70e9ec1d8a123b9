internal import Statistics
internal import StatsTree

/// The rates of a count over the members of an aggregate: what a function makes of them.
///
/// The greatest of the members' rates is not the growth of the greatest total. A member without a
/// rate, as one that is stale, has no part; nor has one whose time goes on uncounted.
struct MemberRates {
  /// A rate, and the position of the member that has it.
  struct Extreme {
    let rate: Rate
    let member: Int
  }

  private(set) var count = 0
  /// The members whose time goes on and is counted when it is over.
  private(set) var waitingCount = 0
  private(set) var zeroCount = 0
  private(set) var least: Extreme?
  private(set) var greatest: Extreme?
  private var total = 0.0

  /// Raw units per second; nil where no member has a rate.
  var average: Double? { count > 0 ? total / Double(count) : nil }

  init(_ form: CellForm, _ members: [AggregateMember], _ sampler: Sampler) {
    for index in members.indices {
      let placement = members[index].placement
      guard let rate = sampler.rate(form.statistic, at: placement) else { continue }
      if rate.increase == 0, form.pendingFlag?.isSet(sampler, at: placement) == true {
        waitingCount += 1
        continue
      }
      count += 1
      total += rate.perSecond
      if rate.increase == 0, !rate.afterReset { zeroCount += 1 }
      let isLeast = least.map { rate.perSecond < $0.rate.perSecond } ?? true
      if isLeast { least = Extreme(rate: rate, member: index) }
      let isGreatest = greatest.map { rate.perSecond > $0.rate.perSecond } ?? true
      if isGreatest { greatest = Extreme(rate: rate, member: index) }
    }
  }

  /// The extreme that a function picks; nil of another function.
  func extreme(_ function: AggregateFunction) -> Extreme? {
    switch function {
    case .minimum: least
    case .maximum: greatest
    default: nil
    }
  }

  /// Whether one member stands out: where all have the same there is none to name.
  var differs: Bool { least?.rate.perSecond != greatest?.rate.perSecond }
}
