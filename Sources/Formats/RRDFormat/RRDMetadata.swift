import StrictJSON

/// What the numbers of a file mean, in their order.
public struct RRDMetadata: Hashable, Sendable {
  public let sources: [RRDDataSource]
  /// Whether a data source has a `value`, which makes the checksum change with each number.
  public let hasValues: Bool

  /// Reads the JSON of a file's metadata; NULs at its end do not count.
  ///
  /// Names may stand more than once, as of two virtual machines in one file: order and repetitions are
  /// kept. Members that are not known are left out.
  ///
  /// - Precondition: the range is in the array.
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
    guard let described else { throw .json("there are no datasources") }
    var sources: [RRDDataSource] = []
    sources.reserveCapacity(described.count)
    for description in described { sources.append(try description.dataSource()) }
    self.sources = sources
    hasValues = described.contains { $0.hasValue }
  }
}

/// The members of a data source as they stand in the JSON.
struct RRDDescription {
  private static let texts = [
    "description", "owner", "value_type", "type", "units", "min", "max", "default", "transform",
  ]

  let name: String
  private(set) var hasValue = false
  private var texts: [String: String] = [:]
  /// A member that stands twice, or is no text.
  private var wrong: String?

  init(_ name: String, _ reader: inout JSONReader) throws(JSONError) {
    self.name = name
    var texts: [String: String] = [:]
    var wrong: String?
    var hasValue = false
    try reader.object { reader, key throws(JSONError) in
      if reader.matches(key, "value") { hasValue = true }
      guard let known = Self.texts.first(where: { reader.matches(key, $0) }) else {
        try reader.skip()
        return
      }
      let start = reader.offset
      switch try reader.nextKind() {
      case .text: if texts.updateValue(try reader.string(), forKey: known) != nil { wrong = known }
      case .number, .boolean:
        // Writers that are not of xcp-rrdd may have no quotation marks there.
        try reader.skip()
        let digits = reader.bytes[start..<reader.offset].filter { $0 > 0x20 }
        let text = String(decoding: digits, as: UTF8.self)
        if texts.updateValue(text, forKey: known) != nil { wrong = known }
      case .object, .array, .null:
        try reader.skip()
        wrong = known
      }
    }
    self.texts = texts
    self.wrong = wrong
    self.hasValue = hasValue
  }

  /// The data source with what the protocol says of members that are not there.
  func dataSource() throws(RRDFormatError) -> RRDDataSource {
    func refused(_ field: String) -> RRDFormatError { .field(source: name, field: field) }
    if let wrong { throw refused(wrong) }
    guard !name.isEmpty else { throw refused("name") }
    guard let owner = RRDDataSource.Owner(texts["owner"] ?? "host") else {
      throw refused("owner")
    }
    guard let valueType = texts["value_type"].flatMap(RRDDataSource.ValueType.init) else {
      throw refused("value_type")
    }
    guard let behaviour = RRDDataSource.Behaviour(rawValue: texts["type"] ?? "absolute") else {
      throw refused("type")
    }
    guard let least = Self.bound(texts["min"] ?? "-inf") else { throw refused("min") }
    guard let greatest = Self.bound(texts["max"] ?? "inf") else { throw refused("max") }
    let standard = texts["default"] ?? "false"
    guard ["true", "false"].contains(standard) else { throw refused("default") }
    let transform = texts["transform"] ?? "identity"
    guard ["inverse", "identity"].contains(transform) else { throw refused("transform") }
    return RRDDataSource(
      name, valueType, behaviour, owner: owner, meaning: texts["description"] ?? "",
      units: texts["units"] ?? "", least: least, greatest: greatest,
      isDefault: standard == "true", isInverse: transform == "inverse")
  }

  /// A bound in the words of either writer: `12.50`, `inf`, `-infinity`.
  private static func bound(_ text: String) -> Double? {
    switch text {
    case "inf", "infinity", "+inf", "+infinity": return .infinity
    case "-inf", "-infinity": return -.infinity
    default:
      // Not what Swift reads besides: hexadecimal digits, `nan`.
      let digits = Set("0123456789+-.eE".utf8)
      guard text.utf8.allSatisfy(digits.contains) else { return nil }
      return Double(text)
    }
  }
}
