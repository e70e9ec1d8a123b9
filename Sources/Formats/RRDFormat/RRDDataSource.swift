/// Describes one value of a file.
public struct RRDDataSource: Hashable, Sendable {
  /// The object that the value belongs to.
  public enum Owner: Hashable, Sendable {
    case host
    case vm(uuid: String)
    case storage(uuid: String)
  }

  /// The type of the value's eight bytes.
  public enum ValueType: String, Hashable, Sendable {
    case float
    case int64
  }

  /// How the values behave over time.
  public enum Behaviour: String, Hashable, Sendable {
    /// The value is a level.
    case gauge
    /// The value is a count since the previous update.
    case absolute
    /// The value is a total. xcp-rrdd shows its rate.
    case derive
  }

  public var name: String
  public var meaning: String
  public var owner: Owner
  public var valueType: ValueType
  public var behaviour: Behaviour
  /// The unit of the number that xcp-rrdd shows.
  ///
  /// For a total, this is the unit of its rate, such as `B/s`.
  public var units: String
  /// The minimum of the number that xcp-rrdd shows.
  public var minimum: Double
  /// The maximum of the number that xcp-rrdd shows.
  public var maximum: Double
  /// Whether xcp-rrdd archives the data source by default.
  public var isDefault: Bool
  /// Whether xcp-rrdd shows 1 minus the value or rate.
  public var isInverse: Bool

  public init(
    _ name: String, _ valueType: ValueType, _ behaviour: Behaviour = .absolute,
    owner: Owner = .host, meaning: String = "", units: String = "", minimum: Double = -.infinity,
    maximum: Double = .infinity, isDefault: Bool = false, isInverse: Bool = false
  ) {
    self.name = name
    self.valueType = valueType
    self.behaviour = behaviour
    self.owner = owner
    self.meaning = meaning
    self.units = units
    self.minimum = minimum
    self.maximum = maximum
    self.isDefault = isDefault
    self.isInverse = isInverse
  }
}

extension RRDDataSource.Owner: CustomStringConvertible {
  /// The form in metadata: `host`, `vm <uuid>`, `sr <uuid>`.
  public var description: String {
    switch self {
    case .host: "host"
    case .vm(let uuid): "vm \(uuid)"
    case .storage(let uuid): "sr \(uuid)"
    }
  }

  /// Parses the form in metadata.
  ///
  /// A UUID has 1 to 64 letters, digits and hyphens.
  public init?(_ text: String) {
    if text == "host" {
      self = .host
      return
    }
    let uuid = String(text.dropFirst(3))
    guard (1...64).contains(uuid.utf8.count), uuid.utf8.allSatisfy(Self.isUUIDByte) else {
      return nil
    }
    switch text.prefix(3) {
    case "vm ": self = .vm(uuid: uuid)
    case "sr ": self = .storage(uuid: uuid)
    default: return nil
    }
  }

  private static func isUUIDByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
