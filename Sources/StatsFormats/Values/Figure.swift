internal import Statistics

/// How fast a statistic grew, for a person: a rate per second, or of time a share.
struct Figure {
  let text: String
  let notes: Set<Note>

  /// The figure with the marks of its notes.
  var marked: String {
    if notes.isEmpty { return text }
    return Note.allCases.reduce(text) { notes.contains($1) ? $0 + $1.mark : $0 }
  }

  init(_ rate: Rate, of statistic: Statistic) {
    // Most of what can be counted does not happen most of the time.
    if rate.increase == 0, !rate.afterReset {
      text = statistic.isTimeSpent ? "0.0%" : "0/s"
      notes = []
      return
    }
    var notes: Set<Note> = rate.afterReset ? [.afterReset] : []
    if let share = Share(rate, of: statistic) {
      if share.isInArrears { notes.insert(.arrears) }
      text = Quantity(share: share.value).text
    } else {
      text = Self.perSecond(rate, of: statistic)
    }
    self.notes = notes
  }

  private static func perSecond(_ rate: Rate, of statistic: Statistic) -> String {
    if statistic.unit == .none, statistic.scale == .one {
      return Quantity(about: rate.perSecond).text + "/s"
    }
    guard let one = Decimal(1, scale: statistic.scale) else {
      return Quantity(about: rate.perSecond).text + "/s * \(statistic.scale)"
    }
    var value = rate.perSecond * Double(one.mantissa)
    for _ in 0..<min(abs(one.exponent), 400) { value = one.exponent < 0 ? value / 10 : value * 10 }
    if statistic.unit == .bytes, value >= 1, value < 1e18 {
      // Whole bytes, so that the prefixes are those of 1024.
      let whole = Decimal(mantissa: UInt128(value.rounded()), exponent: 0)
      return Quantity(whole, unit: .bytes).text + "/s"
    }
    let unit: Unit = statistic.unit == .boolean ? .none : statistic.unit
    return Quantity(about: value, unit: unit).text + "/s"
  }
}
