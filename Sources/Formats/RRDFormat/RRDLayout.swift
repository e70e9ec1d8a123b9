/// The layout of a file of xcp-rrdd's protocol V2; all numbers are big-endian.
///
/// ```
/// off     size  field
///   0      11   "DATASOURCES"
///  11       4   CRC-32 of the timestamp and the values
///  15       4   CRC-32 of the metadata
///  19       4   n, the number of data sources
///  23       8   timestamp
///  31      8n   values, in the order of the metadata
/// 31+8n     4   m, the length of the metadata
/// 35+8n     m   metadata: JSON
/// ```
/// Arbitrary bytes can follow, because a file keeps its size. Source of these facts: xcp-rrdd's
/// `rrd_protocol_v2.ml` and `rrd.py`.
public enum RRDLayout {
  /// The first bytes of a file.
  ///
  /// In protocol V1, a line feed follows.
  public static let magic = Array("DATASOURCES".utf8)
  public static let dataChecksumOffset = 11
  public static let metadataChecksumOffset = 15
  public static let countOffset = 19
  public static let timestampOffset = 23
  public static let valuesOffset = 31
  /// The number of bytes before the metadata in a file without data sources.
  public static let minimumByteCount = 35
  /// The maximum plausible number of data sources.
  public static let maximumCount = 1 << 20
  /// The maximum plausible length of the metadata.
  public static let maximumMetadataByteCount = 32 << 20

  /// Returns `true` if bytes begin with the magic; does not allocate, even in debug builds.
  public static func hasMagic(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= magic.count else { return false }
    for index in magic.indices where bytes[index] != magic[index] { return false }
    return true
  }

  /// Returns the offset of a value.
  ///
  /// For the index after the last value, this is the offset of the metadata's length.
  public static func valueOffset(_ index: Int) -> Int { valuesOffset + 8 * index }
}

extension Array<UInt8> {
  /// Returns the big-endian number in the four bytes at `offset`.
  ///
  /// - Precondition: The bytes are within the array.
  public func bigEndian32(at offset: Int) -> UInt32 {
    var number: UInt32 = 0
    for index in offset..<offset + 4 { number = number << 8 | UInt32(self[index]) }
    return number
  }

  /// Returns the big-endian number in the eight bytes at `offset`.
  ///
  /// - Precondition: The bytes are within the array.
  public func bigEndian64(at offset: Int) -> UInt64 {
    var number: UInt64 = 0
    for index in offset..<offset + 8 { number = number << 8 | UInt64(self[index]) }
    return number
  }

  /// Stores a big-endian number at `offset`.
  ///
  /// - Precondition: The bytes are within the array.
  public mutating func setBigEndian<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
    var rest = number
    for index in (offset..<offset + Number.bitWidth / 8).reversed() {
      self[index] = UInt8(truncatingIfNeeded: rest)
      rest >>= 8
    }
  }
}
