/// The mount options of a statistics filesystem.
public struct MountSettings: Hashable, Sendable {
  /// Which sources a user sees.
  public enum Visibility: String, Hashable, Sendable {
    /// Every user sees all sources.
    case all
    /// A user sees the sources of this user and the sources without an owner. Root sees all
    /// sources.
    case owner
  }

  /// The files with passthrough: the kernel reads their bytes without a request to the server.
  public enum Passthrough: String, Hashable, Sendable {
    case off
    /// The shared tables of publishers (`.table`).
    case table
    /// The shared tables, and the groups in KVM's binary format (`.binary`).
    case all
  }

  /// The user that the filesystem reports as the owner of a source without an owner; `nil` means
  /// the user who mounts.
  public var user: UInt32?
  public var group: UInt32?
  /// The permission bits of the mount's root directory.
  public var mode: UInt32 = 0o755
  /// Whether statistics have text files.
  public var hasText = true
  public var visibility = Visibility.all
  public var passthrough = Passthrough.table

  public init() {}
}

extension MountSettings {
  /// The error for an unknown mount option or an invalid value.
  public struct OptionError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
  }

  /// The syntax of each option, for error messages.
  public static let forms = [
    "uid=N", "gid=N", "mode=OCTAL", "ascii=on|off", "visibility=all|owner",
    "passthrough=off|table|all",
  ]

  /// Parses comma-separated options, as for `-o` of mount(8).
  ///
  /// If an option occurs several times, its last value is used.
  public init(parsing text: String) throws(OptionError) {
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
        throw OptionError(
          description: "unknown mount option '\(name)'; expected one of "
            + Self.forms.joined(separator: ", "))
      }
    }
  }

  private static func number(
    _ text: String, radix: Int, below limit: UInt32, _ option: Substring
  ) throws(OptionError) -> UInt32 {
    // `UInt32(_:radix:)` accepts a sign, but an option does not.
    let number = text.first?.isNumber == true ? UInt32(text, radix: radix) : nil
    return try choice(number.flatMap { $0 < limit ? $0 : nil }, option)
  }

  private static func choice<Value>(
    _ value: Value?, _ option: Substring
  ) throws(OptionError) -> Value {
    if let value { return value }
    let name = option.prefix { $0 != "=" }
    let form = forms.first { $0.hasPrefix("\(name)=") } ?? String(name)
    throw OptionError(description: "invalid mount option '\(option)': expected \(form)")
  }
}
