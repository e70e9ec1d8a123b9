/// One or two keys that identify a source among the sources of its kind.
///
/// The name of the source encodes the values of its keys. A vCPU with the key `vcpu` = `3` is named
/// `vcpu3`; a source with a port and a VLAN is named `64,12`. The values need no memory of their
/// own, because they are decoded from the name. In a value, `/`, `,` and `%` are encoded as `%2F`,
/// `%2C` and `%25`. A leading `.` is encoded as `%2E`, and an empty value as `%`. Any text is
/// therefore a valid value.
public final class KeyFields: Sendable, Hashable {
  /// The names of the keys.
  public let names: [String]
  /// The text before the first value in a source's name.
  public let prefix: String

  /// - Precondition: There are one or two names, and the prefix contains none of `/`, `,` and `%`.
  public init(_ names: String..., prefix: String = "") {
    precondition(1...2 ~= names.count, "\(names.count) keys")
    precondition(
      !prefix.unicodeScalars.contains { "/,%".unicodeScalars.contains($0) },
      "invalid prefix '\(prefix)'")
    self.names = names
    self.prefix = prefix
  }

  public static func == (lhs: KeyFields, rhs: KeyFields) -> Bool {
    lhs.names == rhs.names && lhs.prefix == rhs.prefix
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(names)
    hasher.combine(prefix)
  }

  /// Returns the name of the source whose keys have these values.
  ///
  /// - Precondition: There is a value for each key.
  public func name(_ values: [String]) -> String {
    precondition(values.count == names.count, "\(values.count) values for keys \(names)")
    return prefix + values.map(Self.escaped).joined(separator: ",")
  }

  /// Returns the values in a name, or `nil` if the name is not a possible result of `name(_:)`.
  public func values(in name: String) -> [String]? {
    // The name is split by scalars, because a value can begin with a scalar that combines with the
    // character before it.
    let own = prefix.unicodeScalars
    guard name.unicodeScalars.starts(with: own) else { return nil }
    let parts = name.unicodeScalars.dropFirst(own.count)
      .split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == names.count else { return nil }
    var values: [String] = []
    for part in parts {
      guard let value = Self.unescaped(part) else { return nil }
      values.append(value)
    }
    return values
  }

  private static func escaped(_ value: String) -> String {
    if value.isEmpty { return "%" }
    var text = ""
    for (index, scalar) in value.unicodeScalars.enumerated() {
      switch scalar {
      case "/": text += "%2F"
      case ",": text += "%2C"
      case "%": text += "%25"
      case "." where index == 0: text += "%2E"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// Returns the value of a part, or `nil` if the part is not a possible result of `escaped`.
  private static func unescaped(_ part: Substring.UnicodeScalarView) -> String? {
    if part.elementsEqual("%".unicodeScalars) { return "" }
    guard let first = part.first, first != "." else { return nil }
    guard part.contains("%") || part.contains("/") else { return String(part) }
    var rest = part
    var value = String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      guard scalar == "%" else {
        if scalar == "/" { return nil }
        value.append(scalar)
        continue
      }
      switch String(rest.prefix(2)) {
      case "2F": value.append("/")
      case "2C": value.append(",")
      case "25": value.append("%")
      case "2E" where value.isEmpty: value.append(".")
      default: return nil
      }
      rest = rest.dropFirst(2)
    }
    return String(value)
  }
}
