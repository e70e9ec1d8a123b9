internal import Statistics
internal import StatsFormats

/// A number of a row and column, as it is kept and sorted.
struct TopValue: Hashable {
  /// In base units; NaN where there is none.
  var value: Float
  var notes: TopNotes = []

  static let none = TopValue(value: .nan)

  var isNone: Bool { value.isNaN }
}

/// What is to be said of a figure.
struct TopNotes: OptionSet, Hashable {
  let rawValue: UInt8
  static let arrears = TopNotes(rawValue: 1)
  static let afterReset = TopNotes(rawValue: 2)
  static let pending = TopNotes(rawValue: 4)

  /// The marks behind a number, as `Note` has them.
  var marks: String {
    if isEmpty { return "" }
    return (contains(.arrears) ? Note.arrears.mark : "")
      + (contains(.afterReset) ? Note.afterReset.mark : "")
      + (contains(.pending) ? Note.pending.mark : "")
  }
}

/// How figures of a statistic are written.
enum TopForm: Hashable {
  /// Time spent in time: 1 is one CPU.
  case share
  case rate(Unit)
  case level(Unit)
  case state([String])

  init(of statistic: Statistic, isTally: Bool) {
    if isTally {
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

  /// The text of a figure; `-` where there is none.
  func text(_ figure: TopValue, hasUnits: Bool) -> String {
    let marks = figure.notes.marks
    if figure.isNone { return "-" + marks }
    let value = Double(figure.value)
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

  /// A number without a unit or prefix: to three decimals below 10, else whole.
  private static func digits(_ value: Double) -> String {
    guard abs(value) < 1e15 else { return "\(value)" }
    if abs(value) >= 10 || value == value.rounded() { return String(Int64(value.rounded())) }
    let thousandths = Int64((abs(value) * 1000).rounded())
    let rest = String(thousandths % 1000)
    let zeros = String(repeating: "0", count: 3 - rest.count)
    return "\(value < 0 ? "-" : "")\(thousandths / 1000).\(zeros)\(rest)"
  }
}
