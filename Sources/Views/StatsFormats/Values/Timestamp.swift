internal import Statistics

/// The time at which a text is made, by two clocks.
///
/// Windows are of the first clock, people and monitoring systems use the second.
public struct Timestamp: Hashable, Sendable {
  /// Nanoseconds of CLOCK_MONOTONIC.
  public var monotonic: UInt64
  /// Nanoseconds of CLOCK_REALTIME: since 1970, UTC.
  public var realtime: UInt64

  public init(monotonic: UInt64, realtime: UInt64) {
    self.monotonic = monotonic
    self.realtime = realtime
  }

  /// The time as in RFC 3339, in UTC and with nine digits: `2026-11-21T05:06:11.000000042Z`.
  public var text: String {
    let (seconds, nanoseconds) = realtime.quotientAndRemainder(dividingBy: 1_000_000_000)
    let (days, ofDay) = Int(seconds).quotientAndRemainder(dividingBy: 86_400)
    let (year, month, day) = Self.date(ofDay: days)
    func field(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let date = "\(field(year, 4))-\(field(month, 2))-\(field(day, 2))"
    let time = "\(field(ofDay / 3600, 2)):\(field(ofDay / 60 % 60, 2)):\(field(ofDay % 60, 2))"
    return "\(date)T\(time).\(field(Int(nanoseconds), 9))Z"
  }

  /// How long ago a time of CLOCK_MONOTONIC was, for a person; nothing for one to come.
  package func age(of time: UInt64) -> String {
    let age = monotonic > time ? monotonic - time : 0
    return Quantity(Decimal(mantissa: UInt128(age), exponent: -9), unit: .seconds).text
  }

  /// The Gregorian date of a day since 1970-01-01.
  private static func date(ofDay days: Int) -> (year: Int, month: Int, day: Int) {
    // Years that begin in March, so that a leap day is the last one; 400 of them have 146,097
    // days. 1970-01-01 is day 719,468 of them.
    let day = days + 719_468
    let era = day / 146_097
    let ofEra = day % 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * ofYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (
      year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
      day: ofYear - (153 * monthFromMarch + 2) / 5 + 1
    )
  }
}
