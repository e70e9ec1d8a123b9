package import Statistics

/// Formats a rate per second, or the share of the interval if the statistic counts time.
package struct FormattedRate {
  let text: String
  package let notes: Set<Footnote>

  /// The text with the marks of its footnotes.
  package var marked: String {
    if notes.isEmpty { return text }
    return Footnote.allCases.reduce(text) { notes.contains($1) ? $0 + $1.mark : $0 }
  }

  /// Creates a rate from a text that is already formatted.
  init(text: String, notes: Set<Footnote>) {
    self.text = text
    self.notes = notes
  }

  /// - Parameters:
  ///   - rate: The rate to format.
  ///   - statistic: The statistic that has the rate.
  ///   - memberCount: The number of members whose values are added. Each member can spend the time
  ///     of one CPU, which is 100 %. Therefore the sum can exceed 100 %.
  ///   - isOngoing: Whether a wait of any member is in progress. The time of a wait is counted when
  ///     the wait ends.
  package init(_ rate: Rate, of statistic: Statistic, memberCount: Int = 1, isOngoing: Bool = false)
  {
    // This case is handled first, because most counters do not change in most intervals.
    if rate.increase == 0, isOngoing || !rate.afterReset {
      text = isOngoing ? "-" : statistic.isTimeSpent ? "0.0%" : "0/s"
      notes = isOngoing ? [.ongoing] : []
      return
    }
    var notes: Set<Footnote> = rate.afterReset ? [.afterReset] : []
    if isOngoing, memberCount > 1 { notes.insert(.ongoing) }
    if let share = Share(rate, of: statistic, memberCount: memberCount) {
      if share.exceedsInterval { notes.insert(.exceedsInterval) }
      text = Quantity(share: share.value).text
    } else {
      text = Self.perSecond(rate.perSecond, of: statistic)
    }
    self.notes = notes
  }

  /// Creates a rate from a number in raw units per second, such as the average of several rates.
  init(perSecond: Double, of statistic: Statistic, notes: Set<Footnote> = []) {
    self.notes = notes
    if statistic.isTimeSpent, let one = Decimal(1, scale: statistic.scale) {
      text = Quantity(share: perSecond * one.doubleValue).text
    } else {
      text = perSecond == 0 ? "0/s" : Self.perSecond(perSecond, of: statistic)
    }
  }

  private static func perSecond(_ raw: Double, of statistic: Statistic) -> String {
    if statistic.unit == .none, statistic.scale == .one {
      return Quantity(about: raw).text + "/s"
    }
    guard let one = Decimal(1, scale: statistic.scale) else {
      return Quantity(about: raw).text + "/s * \(statistic.scale)"
    }
    let value = raw * one.doubleValue
    if statistic.unit == .bytes, value >= 1, value < 1e18 {
      // `Quantity` uses prefixes of 1024 only for whole bytes.
      let whole = Decimal(mantissa: UInt128(value.rounded()), exponent: 0)
      return Quantity(whole, unit: .bytes).text + "/s"
    }
    let unit: Unit = statistic.unit == .boolean ? .none : statistic.unit
    return Quantity(about: value, unit: unit).text + "/s"
  }
}
