internal import Statistics
internal import StatsFormats

/// The value of one row and column, in the form that is stored in the history and used for sorting.
struct TopValue: Hashable {
  /// The value in base units; NaN if the value is missing.
  var value: Float
  var notes: TopFootnotes = []

  static let none = TopValue(value: .nan)

  var isNone: Bool { value.isNaN }
}

/// The footnotes of a value.
struct TopFootnotes: OptionSet, Hashable {
  let rawValue: UInt8
  static let exceedsInterval = TopFootnotes(rawValue: 1)
  static let afterReset = TopFootnotes(rawValue: 2)
  static let ongoing = TopFootnotes(rawValue: 4)

  /// The marks that follow the value on the screen.
  var marks: String {
    if isEmpty { return "" }
    return (contains(.exceedsInterval) ? Footnote.exceedsInterval.mark : "")
      + (contains(.afterReset) ? Footnote.afterReset.mark : "")
      + (contains(.ongoing) ? Footnote.ongoing.mark : "")
  }
}

/// The text format of a statistic's values.
enum TopFormat: Hashable {
  /// Time divided by time. The value 1 means the time of one CPU.
  case share
  case rate(Unit)
  case level(Unit)
  case state([String])

  init(of statistic: Statistic, isStateCount: Bool) {
    if isStateCount {
      self = .level(.none)
      return
    }
    self =
      switch statistic.kind {
      case .cumulative: statistic.isTimeSpent ? .share : .rate(statistic.unit)
      case .state: .state(statistic.states)
      default: .level(statistic.unit)
      }
  }

  /// Formats a value and its marks.
  ///
  /// A missing value is shown as `-`.
  func text(_ cell: TopValue, hasUnits: Bool) -> String {
    let marks = cell.notes.marks
    if cell.isNone { return "-" + marks }
    let value = Double(cell.value)
    switch self {
    case .share:
      let text = Quantity(share: value).text
      return (hasUnits ? text : String(text.dropLast())) + marks
    case .rate(let unit):
      if value == 0 { return (hasUnits ? "0/s" : "0") + marks }
      if !hasUnits { return Self.digits(value) + marks }
      return Quantity(about: value, unit: unit == .boolean ? .none : unit).text + "/s" + marks
    case .level(let unit):
      if value == 0, unit == .none || unit == .boolean { return "0" + marks }
      return (hasUnits ? Quantity(about: value, unit: unit).text : Self.digits(value)) + marks
    case .state(let names):
      let index = Int(exactly: value.rounded()) ?? -1
      return names.indices.contains(index) ? names[index] : Self.digits(value)
    }
  }

  /// Formats a number without unit or prefix.
  ///
  /// A number below 10 has three decimals or is an integer. Any other number is rounded to an
  /// integer.
  private static func digits(_ value: Double) -> String {
    guard abs(value) < 1e15 else { return "\(value)" }
    if abs(value) >= 10 || value == value.rounded() { return String(Int64(value.rounded())) }
    let thousandths = Int64((abs(value) * 1000).rounded())
    let rest = String(thousandths % 1000)
    let zeros = String(repeating: "0", count: 3 - rest.count)
    return "\(value < 0 ? "-" : "")\(thousandths / 1000).\(zeros)\(rest)"
  }
}
