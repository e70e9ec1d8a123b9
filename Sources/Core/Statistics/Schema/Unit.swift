/// The unit of a statistic, without its scale.
public enum Unit: Hashable, Sendable {
  case none
  case bytes
  case seconds
  case cycles
  /// A value of 0 or 1.
  case boolean
  /// A unit that only later versions of the format define, with its raw code.
  case unknown(UInt8)
}

extension Unit: CustomStringConvertible {
  public var description: String {
    switch self {
    case .none: "none"
    case .bytes: "bytes"
    case .seconds: "seconds"
    case .cycles: "cycles"
    case .boolean: "boolean"
    case .unknown(let raw): "unknown(\(raw))"
    }
  }
}

/// The factor by which a raw value is multiplied to get a number in its unit: `base`^`exponent`.
///
/// For example, seconds with 10^-9 are nanoseconds, and bytes with 2^20 are MiB.
public struct Scale: Hashable, Sendable {
  public enum Base: Hashable, Sendable {
    case ten
    case two
    /// A base that only later versions of the format define, with its raw code.
    case unknown(UInt8)
  }

  public var base: Base
  public var exponent: Int16

  public init(base: Base, exponent: Int16) {
    self.base = base
    self.exponent = exponent
  }

  /// The scale of raw values in the unit itself.
  public static let one = Scale(base: .ten, exponent: 0)
  /// The scale of raw values in billionths of the unit.
  public static let nano = Scale(base: .ten, exponent: -9)
  /// The scale of raw values in millionths of the unit.
  public static let micro = Scale(base: .ten, exponent: -6)
}

extension Scale.Base: CustomStringConvertible {
  public var description: String {
    switch self {
    case .ten: "10"
    case .two: "2"
    case .unknown(let raw): "unknown(\(raw))"
    }
  }
}

extension Scale: CustomStringConvertible {
  public var description: String {
    "\(base)^\(exponent)"
  }
}
