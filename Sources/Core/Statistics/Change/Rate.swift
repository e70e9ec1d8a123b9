/// How fast a count grew between two samples, with the bounds that their windows imply.
public struct Rate: Hashable, Sendable {
  /// The exact growth.
  public let increase: UInt64
  public let interval: Interval
  /// Whether the count was reset in between; the rate is then a lower bound.
  public let afterReset: Bool

  /// The rate of a statistic's word, or nil where there is none: a level or peak, an inactive value, a
  /// window that is not later than the one before.
  public init?(
    of statistic: Statistic, from earlier: UInt64, at earlierWindow: Window, to later: UInt64,
    at laterWindow: Window
  ) {
    guard statistic.kind != .peak,
      let interval = Interval(from: earlierWindow, to: laterWindow)
    else { return nil }
    switch Delta(of: statistic, from: earlier, to: later) {
    case .increase(let increase):
      self.init(increase: increase, interval: interval, afterReset: false)
    case .reset(let since):
      self.init(increase: since, interval: interval, afterReset: true)
    case .change, .unknown:
      return nil
    }
  }

  public init(increase: UInt64, interval: Interval, afterReset: Bool = false) {
    self.increase = increase
    self.interval = interval
    self.afterReset = afterReset
  }

  /// Per second, from the middles of the windows.
  public var perSecond: Double { perSecond(over: interval.nominal) }

  /// The least that it can have been.
  public var lowest: Double { perSecond(over: interval.longest) }

  /// The most that it can have been; infinite where the windows overlap.
  public var highest: Double { perSecond(over: interval.shortest) }

  private func perSecond(over nanoseconds: UInt64) -> Double {
    guard increase > 0 else { return 0 }
    return Double(increase) * 1e9 / Double(nanoseconds)
  }
}

/// The part of an interval that something went on, of a statistic that counts time.
public struct Share: Hashable, Sendable {
  /// 0 to 1 for each of the parties that may spend time at once.
  public let value: Double
  /// Whether more time was counted than the interval has.
  ///
  /// A statistic such as `halt_wait_ns` grows only when the wait is over: then all of it arrives
  /// at once, and a part of it belongs to intervals before.
  public let isInArrears: Bool

  /// The share of a rate, or nil where the statistic counts no time.
  ///
  /// `parties` is how many may spend time at once: 1 for a vCPU, their number for a sum.
  public init?(_ rate: Rate, of statistic: Statistic, parties: Int = 1) {
    guard statistic.isTimeSpent,
      let spent = Decimal(rate.increase, scale: statistic.scale)?.nanoseconds
    else { return nil }
    let most = UInt128(rate.interval.longest) * UInt128(UInt64(parties))
    isInArrears = spent > most
    // More than 2^64 ns is more than any interval: the quotient is cut at the parties anyway.
    let shown = Double(UInt64(exactly: spent) ?? .max)
    value =
      rate.interval.nominal == 0
      ? 0 : min(shown / Double(rate.interval.nominal), Double(parties))
  }
}
