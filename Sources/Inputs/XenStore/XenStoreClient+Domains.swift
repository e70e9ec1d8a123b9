extension XenStoreClient {
  /// The maximum length of a domain's name.
  private static let maximumNameByteCount = 255

  /// Returns the name of a domain, as the toolstack assigned it.
  ///
  /// - Returns: `nil` if xenstored does not reply, or if the domain has no name that can be part of
  ///   a path.
  public func name(of domain: UInt32) -> String? {
    if let known = facts[domain]?.name { return known }
    guard let bytes = try? read("/local/domain/\(domain)/name"),
      (1...Self.maximumNameByteCount).contains(bytes.count),
      let name = String(validating: bytes, as: UTF8.self),
      name.unicodeScalars.allSatisfy({ !$0.properties.isControl && $0 != "/" })
    else { return nil }
    facts[domain, default: Facts()].name = name
    return name
  }

  /// Returns the UUID of a domain in lower case, or `nil` in the same cases as `name(of:)`.
  public func uuid(of domain: UInt32) -> String? {
    if let known = facts[domain]?.uuid { return known }
    guard let bytes = try? read("/local/domain/\(domain)/vm"),
      let uuid = Self.uuid(ofPath: String(decoding: bytes, as: UTF8.self))
    else { return nil }
    facts[domain, default: Facts()].uuid = uuid
    return uuid
  }

  /// Returns the UUID in a path `/vm/<uuid>`.
  ///
  /// Some toolstacks append the number of boots: `/vm/<uuid>-2`.
  static func uuid(ofPath path: String) -> String? {
    guard path.hasPrefix("/vm/") else { return nil }
    let name = path.dropFirst(4)
    let uuid = name.prefix(36)
    let rest = name.dropFirst(36)
    guard uuid.utf8.count == 36,
      uuid.utf8.enumerated().allSatisfy({ index, byte in
        [8, 13, 18, 23].contains(index)
          ? byte == UInt8(ascii: "-") : Character(Unicode.Scalar(byte)).isHexDigit
      }),
      rest.isEmpty
        || rest.first == "-" && rest.count > 1
          && rest.dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return uuid.lowercased()
  }
}

extension Unicode.Scalar.Properties {
  /// Whether the scalar is invisible or changes how other characters are displayed.
  fileprivate var isControl: Bool {
    switch generalCategory {
    case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
