/// The growth rate of a count between two samples, with bounds.
public struct Rate: Hashable, Sendable {
  /// The exact growth between the samples.
  public let increase: UInt64
  public let interval: Interval
  /// Set if the count was reset between the samples; the rate is then a lower bound.
  public let afterReset: Bool

  /// Computes the rate of one word of a statistic.
  ///
  /// The result is `nil` for a level, a peak or an inactive value. The result is also `nil` if
  /// `laterWindow` is not later than `earlierWindow`. A window is the time span in which the values
  /// were read.
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

  /// The rate per second, for the time between the middles of the two windows.
  public var perSecond: Double { perSecond(over: interval.nominal) }

  /// The lower bound of the rate per second.
  public var lowest: Double { perSecond(over: interval.longest) }

  /// The upper bound of the rate per second; infinite if the windows overlap.
  public var highest: Double { perSecond(over: interval.shortest) }

  private func perSecond(over nanoseconds: UInt64) -> Double {
    guard increase > 0 else { return 0 }
    return Double(increase) * 1e9 / Double(nanoseconds)
  }
}

/// The time that a statistic counted in an interval, divided by the length of the interval.
public struct Share: Hashable, Sendable {
  /// The fraction, from 0 to the number of members that can spend time concurrently.
  public let value: Double
  /// Set if the statistic counted more time than the interval has.
  ///
  /// For example, `halt_wait_ns` grows only when a wait ends. The
  /// whole wait is then counted at once, although a part of the wait belongs to earlier intervals.
  public let exceedsInterval: Bool

  /// Computes the share from a rate; `nil` if the statistic does not count time.
  ///
  /// - Parameters:
  ///   - rate: The rate of the statistic.
  ///   - statistic: The statistic.
  ///   - memberCount: The number of members that can spend time concurrently: 1 for a vCPU, the
  ///     number of members for a sum.
  public init?(_ rate: Rate, of statistic: Statistic, memberCount: Int = 1) {
    guard statistic.isTimeSpent,
      let spent = Decimal(rate.increase, scale: statistic.scale)?.nanoseconds
    else { return nil }
    let maximum = UInt128(rate.interval.longest) * UInt128(UInt64(memberCount))
    exceedsInterval = spent > maximum
    // A time above 2^64 ns exceeds any interval, and `memberCount` limits the quotient in any case.
    let shown = Double(UInt64(exactly: spent) ?? .max)
    value =
      rate.interval.nominal == 0
      ? 0 : min(shown / Double(rate.interval.nominal), Double(memberCount))
  }
}
