/// What tells the sources of one kind apart: the names of one or two keys, and how the keys'
/// values make a source's name.
///
/// The source of a vCPU with the key `vcpu` = `3` is named `vcpu3`; that of a port and a VLAN
/// `64,12`. The values are read back from the name, so that a source with keys needs no memory for
/// them. In a value `/`, `,` and `%` are written as `%2F`, `%2C` and `%25`, a leading `.` as
/// `%2E`, and nothing at all as `%`, so that every text can be a key.
public final class KeyFields: Sendable, Hashable {
  /// One or two names.
  public let names: [String]
  /// What stands before the first value in a source's name.
  public let prefix: String

  /// - Precondition: there are one or two names, and the prefix has none of `/`, `,` and `%`.
  public init(_ names: String..., prefix: String = "") {
    precondition(1...2 ~= names.count, "\(names.count) keys")
    precondition(
      !prefix.unicodeScalars.contains { "/,%".unicodeScalars.contains($0) },
      "no prefix: '\(prefix)'")
    self.names = names
    self.prefix = prefix
  }

  public static func == (one: KeyFields, other: KeyFields) -> Bool {
    one.names == other.names && one.prefix == other.prefix
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(names)
    hasher.combine(prefix)
  }

  /// The name of the source with these values.
  ///
  /// - Precondition: there is a value for each key.
  public func name(_ values: [String]) -> String {
    precondition(values.count == names.count, "\(values.count) values for keys \(names)")
    return prefix + values.map(Self.escaped).joined(separator: ",")
  }

  /// The values in a name that `name(_:)` made; nil for another one.
  public func values(in name: String) -> [String]? {
    // By scalars: a value may begin with one that makes one character with what is before it.
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

  /// The value of a part; nil of one that is not as `escaped` writes it.
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
