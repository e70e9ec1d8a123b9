internal import Statistics

/// The result of a numeric formula, with its dimension.
public struct Measure: Hashable, Sendable {
  /// The value in seconds, bytes, cycles or events.
  ///
  /// A rate is the number of these units per second.
  public let value: Double
  let dimension: Dimension?

  /// The value for display, for example `87.4%`, `2k/s` or `5 ms`.
  public var text: String {
    let dimension = dimension ?? .count
    switch (dimension.seconds, dimension.bytes, dimension.cycles) {
    case (0, 0, 0):
      return dimension.events == 0
        ? Quantity(share: value).text : Quantity(about: value).text
    case (1, 0, 0): return Quantity(about: value, unit: .seconds).text
    case (0, 1, 0): return Quantity(about: value, unit: .bytes).text
    case (0, 0, 1): return Quantity(about: value, unit: .cycles).text
    case (-1, 0, 0): return Quantity(about: value).text + "/s"
    case (-1, 1, 0): return Quantity(about: value, unit: .bytes).text + "/s"
    case (-1, 0, 1): return Quantity(about: value, unit: .cycles).text + "/s"
    default: return "\(Quantity(about: value).text) (\(dimension))"
    }
  }

  /// The unit for JSON: `ratio`, `count`, `per second`, `seconds` and so on.
  public var unit: String {
    let dimension = dimension ?? .count
    if dimension.isCompatible(with: .ratio) { return dimension.events == 0 ? "ratio" : "count" }
    if dimension.isCompatible(with: .frequency) { return "per second" }
    return dimension.description
  }
}

/// The reason why a value is missing.
public enum MissingValue: Hashable, Sendable {
  /// The source has no statistic of this name.
  case absent(name: String)
  /// Access to a part of the source is denied, and the readable part has no statistic of this name.
  case withheld(name: String)
  /// The statistic exists but is not readable now.
  case unreadable(name: String, Status)
  /// The statistic is inactive: it has no value at present.
  case inactive(name: String)
  /// The statistic was read only once, so that its growth is unknown.
  case early(name: String)
  /// The histogram has no new samples.
  case empty(name: String)
  /// The formula with this text divides by zero.
  case zeroDivisor(String)
  /// The statistic has the wrong kind or unit for the formula.
  case mismatch(name: String, reason: String)

  /// Whether the value is missing because the system denies access.
  public var isDenied: Bool {
    switch self {
    case .withheld, .unreadable(_, .denied): true
    default: false
    }
  }

  /// The status of a statistic that is not readable.
  public enum Status: Hashable, Sendable {
    case denied(code: Int32)
    case stale
    case gone
    case pending
  }
}

extension MissingValue: CustomStringConvertible {
  public var description: String {
    switch self {
    case .absent(let name): "no \(name)"
    case .withheld(let name): "\(name) is not among the readable statistics"
    case .unreadable(let name, .denied): "access to \(name) denied"
    case .unreadable(let name, .stale): "\(name) is stale"
    case .unreadable(let name, .gone): "the source of \(name) is gone"
    case .unreadable(let name, .pending): "\(name) was never read"
    case .inactive(let name): "\(name) has no value"
    case .early(let name): "\(name) was read only once"
    case .empty(let name): "\(name) has no new samples"
    case .zeroDivisor(let text): "division by zero in '\(text)'"
    case .mismatch(let name, let reason): "'\(name)' \(reason)"
    }
  }
}

/// The result of a condition.
public enum Answer: Hashable, Sendable {
  case yes
  case no
  /// The result depends on missing values.
  case unknown([MissingValue])
}
