public import Statistics

extension Timestamp {
  /// The time in UTC in the format of RFC 3339, with nine decimals, such as
  /// `2026-11-21T05:06:11.000000042Z`.
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

  /// Formats the age of a time, which is in nanoseconds of CLOCK_MONOTONIC.
  ///
  /// The age of a future time is 0.
  package func age(of time: UInt64) -> String {
    let age = monotonic > time ? monotonic - time : 0
    return Quantity(Decimal(mantissa: UInt128(age), exponent: -9), unit: .seconds).text
  }

  /// Returns the Gregorian date of a day, which is given as the number of days since 1970-01-01.
  private static func date(ofDay days: Int) -> (year: Int, month: Int, day: Int) {
    // Years begin in March in this computation, so that a leap day is the last day of its year. 400
    // years have 146,097 days. Counted from March 1 of year 0, 1970-01-01 is day 719,468.
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
