/// Formats a number with a unit for display: with three significant digits and a suitable prefix.
///
/// All views use this type to format values for users.
public struct Quantity: Hashable, Sendable {
  /// The number, for example `12.3`.
  public let number: String
  /// The unit or prefix, for example `ms`, `KiB` or `k`; empty for a number without a unit.
  public let unit: String

  /// The complete text; a space precedes the unit, but not `%` or a prefix without a unit.
  public var text: String {
    unit.isEmpty || unit == "%" || Self.prefixes.contains(unit)
      ? number + unit : "\(number) \(unit)"
  }

  /// The decimal prefixes; the index is the power of 1000.
  private static let prefixes = ["", "k", "M", "G", "T", "P", "E", "Z", "Y"]

  init(number: String, unit: String) {
    self.number = number
    self.unit = unit
  }

  /// Formats an exact number in a unit.
  public init(_ value: Decimal, unit: Unit) {
    let sign = value.isNegative && value.mantissa != 0 ? "-" : ""
    switch unit {
    case .none, .unknown:
      self = Self.counted(value, sign: sign, unit: "")
    case .cycles:
      self = Self.counted(value, sign: sign, unit: "cycles")
    case .bytes:
      self = Self.bytes(value, sign: sign)
    case .seconds:
      self = Self.duration(value, sign: sign)
    case .boolean:
      let isWhole = value.exponent == 0 && value.mantissa <= 1 && sign.isEmpty
      self.init(
        number: isWhole ? (value.mantissa == 1 ? "yes" : "no") : value.description, unit: "")
    }
  }

  /// Formats a raw word of a statistic; `nil` if the word is the marker for "no value".
  public init?(_ word: UInt64, of statistic: Statistic) {
    if Inactive.marks(word, of: statistic) { return nil }
    if statistic.kind == .state {
      let isNamed = word < UInt64(statistic.states.count)
      self.init(number: isNamed ? statistic.states[Int(word)] : String(word), unit: "")
      return
    }
    if statistic.kind.isHistogram {
      // The unit of a histogram applies to the bounds of its buckets; a word is a number of
      // samples.
      self.init(Decimal(mantissa: UInt128(word), exponent: 0), unit: .none)
      return
    }
    let level = Level(word, of: statistic).value
    guard var value = Decimal(UInt64(level.magnitude), scale: statistic.scale) else {
      self.init(number: "\(level)", unit: statistic.factorText)
      return
    }
    value.isNegative = level < 0
    self.init(value, unit: statistic.unit)
  }

  /// Formats a number in the scaled unit of a statistic, such as the bound of a bucket.
  public init(_ value: UInt64, inUnitOf statistic: Statistic) {
    guard let decimal = Decimal(value, scale: statistic.scale) else {
      self.init(number: String(value), unit: statistic.factorText)
      return
    }
    self.init(decimal, unit: statistic.unit)
  }

  /// Formats a fraction as a percentage with one decimal place.
  public init(share: Double) {
    let tenths = (share * 1000).rounded()
    guard abs(tenths) < 1e15 else {
      self.init(number: "-", unit: "")
      return
    }
    let digits = Int(tenths).magnitude
    self.init(number: "\(tenths < 0 ? "-" : "")\(digits / 10).\(digits % 10)", unit: "%")
  }

  /// Formats an inexact number, such as a rate.
  public init(about value: Double, unit: Unit = .none) {
    guard let decimal = Decimal(rounding: value) else {
      self.init(number: value.isNaN ? "-" : value < 0 ? "-inf" : "inf", unit: "")
      return
    }
    self.init(decimal, unit: unit)
  }

  // MARK: - Prefixes

  private static func counted(_ value: Decimal, sign: String, unit: String) -> Quantity {
    // Short integers are shown exactly.
    if value.exponent == 0, value.mantissa < 100_000 {
      return Quantity(number: "\(sign)\(value.mantissa)", unit: unit)
    }
    let (number, power) = value.threeDigits(lowestPower: 0)
    guard power < prefixes.count else {
      return Quantity(number: value.description, unit: unit)
    }
    let words = [prefixes[power], unit].filter { !$0.isEmpty }
    return Quantity(number: sign + number, unit: words.joined(separator: " "))
  }

  private static func bytes(_ value: Decimal, sign: String) -> Quantity {
    guard let whole = value.whole else { return counted(value, sign: sign, unit: "B") }
    let prefixes = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var power = 0
    while power + 1 < prefixes.count, whole >> UInt128(10 * (power + 1)) > 0 { power += 1 }
    if power == 0 {
      let number =
        value.exponent < 0
        ? value.threeDigits(lowestPower: 0, highestPower: 0).number : "\(whole)"
      return Quantity(number: sign + number, unit: prefixes[power])
    }
    // The number of hundredths of the prefixed unit, rounded. `threeDigits` rounds the number
    // again, to three digits or to an integer, so that an error below a hundredth is not visible.
    let shift = UInt128(10 * power)
    let rest = whole & ((UInt128(1) << shift) - 1)
    let hundredths = (whole >> shift) * 100 + (rest * 100 + (UInt128(1) << (shift - 1))) >> shift
    if hundredths >= 102_350, power + 1 < prefixes.count {
      // Rounding to an integer would give 1024 or more.
      return Quantity(number: sign + "1", unit: prefixes[power + 1])
    }
    let (number, _) = Decimal(mantissa: hundredths, exponent: -2).threeDigits(
      lowestPower: 0, highestPower: 0)
    return Quantity(number: sign + number, unit: prefixes[power])
  }

  private static func duration(_ value: Decimal, sign: String) -> Quantity {
    if value.mantissa == 0 { return Quantity(number: "0", unit: "s") }
    let second: UInt128 = 1_000_000_000
    if let nanoseconds = value.nanoseconds, nanoseconds >= 120 * second - second / 2 {
      let seconds = (nanoseconds + second / 2) / second
      let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400)
      let text =
        if seconds < 3600 {
          "\(minutes)m\(pad(seconds % 60))s"
        } else if seconds < 86_400 {
          "\(hours)h\(pad(minutes % 60))m"
        } else {
          "\(days)d\(pad(hours % 24))h"
        }
      return Quantity(number: sign + text, unit: "")
    }
    let prefixes = [-4: "ps", -3: "ns", -2: "us", -1: "ms", 0: "s"]
    let (number, power) = value.threeDigits(lowestPower: -4, highestPower: 0)
    return Quantity(number: sign + number, unit: prefixes[power] ?? "s")
  }

  private static func pad(_ value: UInt128) -> String {
    value < 10 ? "0\(value)" : "\(value)"
  }
}

extension Statistic {
  /// The factor of a raw value; shown if the scaled number cannot be computed exactly.
  fileprivate var factorText: String {
    unit == .none ? "* \(scale)" : "* \(scale) \(unit)"
  }
}

extension Decimal {
  /// The integer part; `nil` if it exceeds 128 bits.
  fileprivate var whole: UInt128? {
    if mantissa == 0 || exponent < -38 { return 0 }
    guard exponent <= 38 else { return nil }
    let factor = (0..<abs(exponent)).reduce(UInt128(1)) { power, _ in power * 10 }
    if exponent < 0 { return mantissa / factor }
    let (product, overflow) = mantissa.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
  }

  /// Returns three significant digits, rounded half up, and the power of 1000 to multiply them by.
  func threeDigits(lowestPower: Int, highestPower: Int = .max) -> (number: String, power: Int) {
    var mantissa = mantissa
    var exponent = exponent
    guard mantissa > 0 else { return ("0", max(lowestPower, min(0, highestPower))) }
    // Choose the power so that the number is d.dd, dd.d or ddd times 1000^power.
    func power(_ mantissa: UInt128, _ exponent: Int) -> Int {
      let order = mantissa.digitCount - 1 + exponent
      let floor = order >= 0 ? order / 3 : -((2 - order) / 3)
      return min(max(floor, lowestPower), highestPower)
    }
    var chosen = power(mantissa, exponent)
    // The number of decimal places at which the number has three significant digits; works also for
    // numbers far below 1.
    func places(_ mantissa: UInt128, _ exponent: Int, in chosen: Int) -> Int {
      let order = mantissa.digitCount - 1 + exponent - 3 * chosen
      return max(0, 2 - order)
    }
    var kept = places(mantissa, exponent, in: chosen)
    func round(to kept: Int, in chosen: Int) {
      let drop = 3 * chosen - kept - exponent
      guard drop > 0 else { return }
      mantissa = mantissa.dropping(digits: drop)
      exponent += drop
    }
    round(to: kept, in: chosen)
    if mantissa > 0 {
      // Rounding can add a digit: 999.6 k becomes 1.00 M.
      chosen = power(mantissa, exponent)
      kept = places(mantissa, exponent, in: chosen)
      round(to: kept, in: chosen)
    }
    return (Decimal(mantissa: mantissa, exponent: exponent - 3 * chosen).description, chosen)
  }
}
