package import Statistics

/// How fast a statistic grew, for a person: a rate per second, or of time a share.
package struct FormattedRate {
  let text: String
  package let notes: Set<Note>

  /// The figure with the marks of its notes.
  package var marked: String {
    if notes.isEmpty { return text }
    return Note.allCases.reduce(text) { notes.contains($1) ? $0 + $1.mark : $0 }
  }

  /// A figure that is text already.
  init(text: String, notes: Set<Note>) {
    self.text = text
    self.notes = notes
  }

  /// - Parameters:
  ///   - rate: how fast it grew.
  ///   - statistic: what grew.
  ///   - parties: how many members a sum has: so many CPUs' time may have been spent, and 100 % is
  ///     that of one.
  ///   - goesOn: whether time goes on, of any of the parties, that is counted when it is over.
  package init(_ rate: Rate, of statistic: Statistic, parties: Int = 1, goesOn: Bool = false) {
    // Most of what can be counted does not happen most of the time.
    if rate.increase == 0, goesOn || !rate.afterReset {
      text = goesOn ? "-" : statistic.isTimeSpent ? "0.0%" : "0/s"
      notes = goesOn ? [.pending] : []
      return
    }
    var notes: Set<Note> = rate.afterReset ? [.afterReset] : []
    if goesOn, parties > 1 { notes.insert(.pending) }
    if let share = Share(rate, of: statistic, parties: parties) {
      if share.isInArrears { notes.insert(.arrears) }
      text = Quantity(share: share.value).text
    } else {
      text = Self.perSecond(rate.perSecond, of: statistic)
    }
    self.notes = notes
  }

  /// A figure that was made of several rates: raw units per second.
  init(perSecond: Double, of statistic: Statistic, notes: Set<Note> = []) {
    self.notes = notes
    if statistic.isTimeSpent, let one = Decimal(1, scale: statistic.scale) {
      text = Quantity(share: perSecond * one.about).text
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
    let value = raw * one.about
    if statistic.unit == .bytes, value >= 1, value < 1e18 {
      // Whole bytes, so that the prefixes are those of 1024.
      let whole = Decimal(mantissa: UInt128(value.rounded()), exponent: 0)
      return Quantity(whole, unit: .bytes).text + "/s"
    }
    let unit: Unit = statistic.unit == .boolean ? .none : statistic.unit
    return Quantity(about: value, unit: unit).text + "/s"
  }
}
