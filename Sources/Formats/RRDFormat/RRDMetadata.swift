import StrictJSON

/// The descriptions of the values of a file.
public struct RRDMetadata: Hashable, Sendable {
  /// The data sources in the order of the values.
  public let sources: [RRDDataSource]
  /// Whether a data source has a member `value`.
  ///
  /// Each update then changes the checksum of the metadata.
  public let hasValues: Bool

  /// Parses the JSON of a file's metadata.
  ///
  /// Ignores NULs at its end.
  ///
  /// A name can occur more than once, for example for two VMs. The parser keeps the order and
  /// repeated names and ignores unknown members.
  ///
  /// - Precondition: The range is within the array.
  public init(_ bytes: [UInt8], in range: Range<Int>) throws(RRDFormatError) {
    var end = range.upperBound
    while end > range.lowerBound, bytes[end - 1] == 0 { end -= 1 }
    var reader = JSONReader(bytes, in: range.lowerBound..<end)
    var described: [RRDDescription]?
    do throws(JSONError) {
      try reader.object { reader, key throws(JSONError) in
        guard reader.matches(key, "datasources"), described == nil else {
          try reader.skip()
          return
        }
        var found: [RRDDescription] = []
        try reader.object { reader, key throws(JSONError) in
          let name = try reader.decoded(key)
          found.append(try RRDDescription(name, &reader))
        }
        described = found
      }
      try reader.finish()
    } catch {
      throw .json("\(error)")
    }
    guard let described else { throw .json("missing member 'datasources'") }
    var sources: [RRDDataSource] = []
    sources.reserveCapacity(described.count)
    for description in described { sources.append(try description.dataSource()) }
    self.sources = sources
    hasValues = described.contains { $0.hasValue }
  }
}

/// Parses the members of a data source in the JSON.
struct RRDDescription {
  private static let memberNames = [
    "description", "owner", "value_type", "type", "units", "min", "max", "default", "transform",
  ]

  let name: String
  private(set) var hasValue = false
  private var texts: [String: String] = [:]
  /// The name of a member that occurs twice or has an unsupported type.
  private var invalidMember: String?

  init(_ name: String, _ reader: inout JSONReader) throws(JSONError) {
    self.name = name
    var texts: [String: String] = [:]
    var invalidMember: String?
    var hasValue = false
    try reader.object { reader, key throws(JSONError) in
      if reader.matches(key, "value") { hasValue = true }
      guard let known = Self.memberNames.first(where: { reader.matches(key, $0) }) else {
        try reader.skip()
        return
      }
      let start = reader.offset
      switch try reader.nextKind() {
      case .text:
        if texts.updateValue(try reader.string(), forKey: known) != nil { invalidMember = known }
      case .number, .boolean:
        // Writers other than xcp-rrdd might omit the quotation marks.
        try reader.skip()
        let digits = reader.bytes[start..<reader.offset].filter { $0 > 0x20 }
        let text = String(decoding: digits, as: UTF8.self)
        if texts.updateValue(text, forKey: known) != nil { invalidMember = known }
      case .object, .array, .null:
        try reader.skip()
        invalidMember = known
      }
    }
    self.texts = texts
    self.invalidMember = invalidMember
    self.hasValue = hasValue
  }

  /// Returns the data source, with the protocol's defaults for missing members.
  func dataSource() throws(RRDFormatError) -> RRDDataSource {
    func invalid(_ field: String) -> RRDFormatError { .field(source: name, field: field) }
    if let invalidMember { throw invalid(invalidMember) }
    guard !name.isEmpty else { throw invalid("name") }
    guard let owner = RRDDataSource.Owner(texts["owner"] ?? "host") else {
      throw invalid("owner")
    }
    guard let valueType = texts["value_type"].flatMap(RRDDataSource.ValueType.init) else {
      throw invalid("value_type")
    }
    guard let behaviour = RRDDataSource.Behaviour(rawValue: texts["type"] ?? "absolute") else {
      throw invalid("type")
    }
    guard let minimum = Self.bound(texts["min"] ?? "-inf") else { throw invalid("min") }
    guard let maximum = Self.bound(texts["max"] ?? "inf") else { throw invalid("max") }
    let standard = texts["default"] ?? "false"
    guard ["true", "false"].contains(standard) else { throw invalid("default") }
    let transform = texts["transform"] ?? "identity"
    guard ["inverse", "identity"].contains(transform) else { throw invalid("transform") }
    return RRDDataSource(
      name, valueType, behaviour, owner: owner, meaning: texts["description"] ?? "",
      units: texts["units"] ?? "", minimum: minimum, maximum: maximum,
      isDefault: standard == "true", isInverse: transform == "inverse")
  }

  /// Parses a bound such as `12.50`, `inf` or `-infinity`.
  private static func bound(_ text: String) -> Double? {
    switch text {
    case "inf", "infinity", "+inf", "+infinity": return .infinity
    case "-inf", "-infinity": return -.infinity
    default:
      // Reject the hexadecimal digits and `nan` that Double accepts.
      let digits = Set("0123456789+-.eE".utf8)
      guard text.utf8.allSatisfy(digits.contains) else { return nil }
      return Double(text)
    }
  }
}
