internal import Statistics

/// A number that a formula gave, with what it is measured in.
public struct Measure: Hashable, Sendable {
  /// In seconds, bytes, cycles, or plain; per second where it is a rate.
  public let value: Double
  let dimension: Dimension?

  /// As a person reads it: `87.4%`, `2k/s`, `5 ms`.
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

  /// The unit in one word, for programs: `ratio`, `count`, `per second`, `seconds` and so on.
  public var unit: String {
    let dimension = dimension ?? .count
    if dimension.fits(.ratio) { return dimension.events == 0 ? "ratio" : "count" }
    if dimension.fits(.frequency) { return "per second" }
    return dimension.description
  }
}

/// Why a number is not there.
public enum Missing: Hashable, Sendable {
  /// The source has no statistic of this name.
  case absent(name: String)
  /// It is not among what may be read of a source that is denied in part.
  case withheld(name: String)
  /// It has, and it cannot be read now.
  case unreadable(name: String, Status)
  /// It is not produced now.
  case inactive(name: String)
  /// It was read once only, so that nothing is known of its growth.
  case early(name: String)
  /// A histogram got no samples.
  case empty(name: String)
  /// Something was divided by zero, at this part of the formula.
  case zeroDivisor(String)
  /// The statistic of this name is not what the formula takes it for.
  case unfit(name: String, reason: String)

  /// Whether a refusal is the reason.
  public var isRefusal: Bool {
    switch self {
    case .withheld, .unreadable(_, .denied): true
    default: false
    }
  }

  /// Such a state in words of its own.
  public enum Status: Hashable, Sendable {
    case denied(code: Int32)
    case stale
    case gone
  }
}

extension Missing: CustomStringConvertible {
  public var description: String {
    switch self {
    case .absent(let name): "there is no \(name)"
    case .withheld(let name): "\(name) is not among what may be read"
    case .unreadable(let name, .denied): "\(name) may not be read"
    case .unreadable(let name, .stale): "\(name) is stale"
    case .unreadable(let name, .gone): "what had \(name) is gone"
    case .inactive(let name): "\(name) has no value now"
    case .early(let name): "\(name) was read only once"
    case .empty(let name): "\(name) got no samples"
    case .zeroDivisor(let text): "\(text) divides by zero"
    case .unfit(let name, let reason): "\(name) \(reason)"
    }
  }
}

/// Whether a condition holds.
public enum Answer: Hashable, Sendable {
  case yes
  case no
  /// It cannot be told without these.
  case unknown([Missing])
}
