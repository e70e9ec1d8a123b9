/// What a statistic is measured in, before its scale.
public enum Unit: Hashable, Sendable {
  case none
  case bytes
  case seconds
  case cycles
  /// 0 or 1.
  case boolean
  /// A unit of a later version, kept as it was found.
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

/// The factor between a raw value and its unit: `base` to the power of `exponent`.
///
/// Seconds with ten to the -9 are nanoseconds; bytes with two to the 20 are MiB.
public struct Scale: Hashable, Sendable {
  public enum Base: Hashable, Sendable {
    case ten
    case two
    /// A base of a later version, kept as it was found.
    case unknown(UInt8)
  }

  public var base: Base
  public var exponent: Int16

  public init(base: Base, exponent: Int16) {
    self.base = base
    self.exponent = exponent
  }

  /// The raw value is in the unit itself.
  public static let one = Scale(base: .ten, exponent: 0)
  /// The raw value is in billionths of the unit.
  public static let nano = Scale(base: .ten, exponent: -9)
  /// The raw value is in millionths of the unit.
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
