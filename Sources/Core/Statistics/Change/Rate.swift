/// The growth rate of a count between two samples, with the bounds that their windows imply.
public struct Rate: Hashable, Sendable {
  /// The exact growth.
  public let increase: UInt64
  public let interval: Interval
  /// Set if the count was reset between the samples; the rate is then a lower bound.
  public let afterReset: Bool

  /// Computes the rate of one word of a statistic.
  ///
  /// The result is `nil` for a level, a peak or an inactive value, or if `laterWindow` is not later
  /// than `earlierWindow`.
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

  /// The rate per second between the middles of the windows.
  public var perSecond: Double { perSecond(over: interval.nominal) }

  /// The lower bound, per second.
  public var lowest: Double { perSecond(over: interval.longest) }

  /// The upper bound, per second; infinite if the windows overlap.
  public var highest: Double { perSecond(over: interval.shortest) }

  private func perSecond(over nanoseconds: UInt64) -> Double {
    guard increase > 0 else { return 0 }
    return Double(increase) * 1e9 / Double(nanoseconds)
  }
}

/// The fraction of an interval that a statistic counted as time spent.
public struct Share: Hashable, Sendable {
  /// From 0 to the number of members that may spend time concurrently.
  public let value: Double
  /// Set if the statistic counted more time than the interval has.
  ///
  /// A statistic such as `halt_wait_ns` grows only when the wait ends. The whole wait is then
  /// counted at once, although a part of it belongs to earlier intervals.
  public let exceedsInterval: Bool

  /// Computes the share from a rate; `nil` if the statistic does not count time.
  ///
  /// - Parameters:
  ///   - rate: The rate of the statistic.
  ///   - statistic: The statistic.
  ///   - memberCount: The number of members that may spend time concurrently: 1 for a vCPU, the
  ///     number of members for a sum.
  public init?(_ rate: Rate, of statistic: Statistic, memberCount: Int = 1) {
    guard statistic.isTimeSpent,
      let spent = Decimal(rate.increase, scale: statistic.scale)?.nanoseconds
    else { return nil }
    let maximum = UInt128(rate.interval.longest) * UInt128(UInt64(memberCount))
    exceedsInterval = spent > maximum
    // More than 2^64 ns exceeds any interval; `memberCount` limits the quotient anyway.
    let shown = Double(UInt64(exactly: spent) ?? .max)
    value =
      rate.interval.nominal == 0
      ? 0 : min(shown / Double(rate.interval.nominal), Double(memberCount))
  }
}
