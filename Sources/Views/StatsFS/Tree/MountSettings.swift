/// What the mount options of a statistics filesystem say.
public struct MountSettings: Hashable, Sendable {
  /// Who sees what.
  public enum Visibility: String, Hashable, Sendable {
    /// Everybody sees all.
    case all
    /// Everybody sees what is theirs or nobody's; root sees all.
    case owner
  }

  /// Which files the kernel answers itself.
  public enum Passthrough: String, Hashable, Sendable {
    case off
    /// The tables of publishers.
    case table
    /// Also groups in KVM's binary format.
    case all
  }

  /// Whose the files are that are nobody's; nil is the one who mounts.
  public var user: UInt32?
  public var group: UInt32?
  /// The permission bits of the mount's own directory.
  public var mode: UInt32 = 0o755
  /// Whether statistics have files of text.
  public var hasText = true
  public var visibility = Visibility.all
  public var passthrough = Passthrough.table

  public init() {}
}

extension MountSettings {
  /// An option that is none, or has no such value.
  public struct Flaw: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
  }

  /// The options, such as `uid=0` and `ascii=off`, and what they take.
  public static let known = [
    "uid=N", "gid=N", "mode=OCTAL", "ascii=on|off", "visibility=all|owner",
    "passthrough=off|table|all",
  ]

  /// Reads options with commas between them, as behind the `-o` of mount(8); the last one counts.
  public init(parsing text: String) throws(Flaw) {
    for option in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let (name, value) = (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
      switch name {
      case "uid": user = try Self.number(value, radix: 10, below: .max, option)
      case "gid": group = try Self.number(value, radix: 10, below: .max, option)
      case "mode": mode = try Self.number(value, radix: 8, below: 0o1000, option)
      case "ascii": hasText = try Self.choice(["on": true, "off": false][value], option)
      case "visibility": visibility = try Self.choice(Visibility(rawValue: value), option)
      case "passthrough": passthrough = try Self.choice(Passthrough(rawValue: value), option)
      default:
        throw Flaw(
          description: "there is no mount option '\(name)'; there is "
            + Self.known.joined(separator: ", "))
      }
    }
  }

  private static func number(
    _ text: String, radix: Int, below limit: UInt32, _ option: Substring
  ) throws(Flaw) -> UInt32 {
    // A sign would be taken for a part of the number.
    let number = text.first?.isNumber == true ? UInt32(text, radix: radix) : nil
    return try choice(number.flatMap { $0 < limit ? $0 : nil }, option)
  }

  private static func choice<Value>(
    _ value: Value?, _ option: Substring
  ) throws(Flaw) -> Value {
    if let value { return value }
    let name = option.prefix { $0 != "=" }
    let form = known.first { $0.hasPrefix("\(name)=") } ?? String(name)
    throw Flaw(description: "the mount option '\(option)' is not \(form)")
  }
}
