/// Where things lie in a file of xcp-rrdd's protocol V2; all numbers are big-endian.
///
/// ```
/// off     size  field
///   0      11   "DATASOURCES"
///  11       4   CRC-32 of the timestamp and the values
///  15       4   CRC-32 of the metadata
///  19       4   n, the number of data sources
///  23       8   timestamp
///  31      8n   values, in the metadata's order
/// 31+8n     4   m, the length of the metadata
/// 35+8n     m   metadata: JSON
/// ```
/// Behind that may be anything: a file keeps its size for life. Source: xcp-rrdd's
/// `rrd_protocol_v2.ml` and `rrd.py`, as far as facts go.
public enum RRDLayout {
  /// What a file begins with; one of protocol V1 has a line feed behind it.
  public static let magic = Array("DATASOURCES".utf8)
  public static let dataChecksumOffset = 11
  public static let metadataChecksumOffset = 15
  public static let countOffset = 19
  public static let timestampOffset = 23
  public static let valuesOffset = 31
  /// The bytes before the metadata of a file without data sources.
  public static let smallestByteCount = 35
  /// The most data sources that are credible.
  public static let largestCount = 1 << 20
  /// The longest metadata that is credible.
  public static let largestMetadata = 32 << 20

  /// Whether bytes begin as a file does; without allocation, also unoptimized.
  public static func isBegin(of bytes: [UInt8]) -> Bool {
    guard bytes.count >= magic.count else { return false }
    for index in magic.indices where bytes[index] != magic[index] { return false }
    return true
  }

  /// Where a value stands; with the number of values, where the length of the metadata does.
  public static func valueOffset(_ index: Int) -> Int { valuesOffset + 8 * index }
}

extension Array<UInt8> {
  /// The big-endian number of four bytes from `offset`.
  ///
  /// - Precondition: they are in the array.
  public func bigEndian32(at offset: Int) -> UInt32 {
    var number: UInt32 = 0
    for index in offset..<offset + 4 { number = number << 8 | UInt32(self[index]) }
    return number
  }

  /// The big-endian number of eight bytes from `offset`.
  ///
  /// - Precondition: they are in the array.
  public func bigEndian64(at offset: Int) -> UInt64 {
    var number: UInt64 = 0
    for index in offset..<offset + 8 { number = number << 8 | UInt64(self[index]) }
    return number
  }

  /// Puts a big-endian number at `offset`, where there is room for it.
  public mutating func setBigEndian<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
    var rest = number
    for index in (offset..<offset + Number.bitWidth / 8).reversed() {
      self[index] = UInt8(truncatingIfNeeded: rest)
      rest >>= 8
    }
  }
}
