import RRDFormat

/// A valid or invalid file of xcp-rrdd's protocol V2.
public struct RRDFileImage: Sendable {
  public var timestamp: UInt64 = 1_700_000_000.25.bitPattern
  public var values: [UInt64] = []
  public var metadata = "{\"datasources\":{}}"
  /// The number of data sources in the header; `nil` for the number of values.
  public var count: Int?
  /// The bytes after the metadata.
  public var tail: [UInt8] = []

  public init(
    timestamp: UInt64 = 1_700_000_000.25.bitPattern, values: [UInt64] = [],
    metadata: String = "{\"datasources\":{}}"
  ) {
    self.timestamp = timestamp
    self.values = values
    self.metadata = metadata
  }

  /// The encoded file, with correct checksums.
  public var bytes: [UInt8] {
    var bytes = RRDLayout.magic + [UInt8](repeating: 0, count: 20 + 8 * values.count + 4)
    bytes.setBigEndian(UInt32(count ?? values.count), at: 19)
    bytes.setBigEndian(timestamp, at: 23)
    for (index, value) in values.enumerated() { bytes.setBigEndian(value, at: 31 + 8 * index) }
    let start = bytes.count
    bytes.setBigEndian(UInt32(metadata.utf8.count), at: start - 4)
    bytes += Array(metadata.utf8)
    bytes.setBigEndian(Self.checksum(bytes[23..<start - 4]), at: 11)
    bytes.setBigEndian(Self.checksum(bytes[start...]), at: 15)
    return bytes + tail
  }

  /// Computes CRC-32 bit by bit, as in its definition.
  public static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var register: UInt32 = .max
    for byte in bytes {
      for bit in 0..<8 {
        let feedback = register & 1 ^ UInt32(byte >> UInt8(bit) & 1)
        register = register >> 1 ^ feedback * 0xedb8_8320
      }
    }
    return ~register
  }

  /// A file with three values: of the host, a VM and a storage repository.
  public static let example = RRDFileImage(
    values: [42, 0.5.bitPattern, UInt64(bitPattern: -7)],
    metadata: """
      {"datasources":{"runs":{"description":"Runs.","owner":"host","value_type":"int64",\
      "type":"derive","default":"true","units":"/s","min":"0.00","max":"inf"},\
      "busy":{"owner":"vm 0a","value_type":"float","type":"gauge","transform":"inverse",\
      "units":"(fraction)","min":"0.00","max":"1.00","value":"0.50"},\
      "busy":{"owner":"sr 0b","value_type":"int64","new":[1,{"a":null}]}}}
      """)
}
