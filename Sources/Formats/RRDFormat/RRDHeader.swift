/// The fixed part of a file.
public struct RRDHeader: Hashable, Sendable {
  public let dataChecksum: UInt32
  public let metadataChecksum: UInt32
  /// The number of data sources.
  public let count: Int
  /// The timestamp as it stands in the file.
  public let timestamp: UInt64

  /// Reads the start of a file.
  public init(_ bytes: [UInt8]) throws(RRDFormatError) {
    let magic = RRDLayout.magic
    guard RRDLayout.isBegin(of: bytes) else { throw .magic }
    if bytes.count > magic.count, bytes[magic.count] == UInt8(ascii: "\n"), Self.isVersion1(bytes) {
      throw .version1
    }
    guard bytes.count >= RRDLayout.smallestByteCount else {
      throw .short(bytes: bytes.count, needed: RRDLayout.smallestByteCount)
    }
    let count = Int(bytes.bigEndian32(at: RRDLayout.countOffset))
    guard count <= RRDLayout.largestCount else { throw .tooMany(count) }
    dataChecksum = bytes.bigEndian32(at: RRDLayout.dataChecksumOffset)
    metadataChecksum = bytes.bigEndian32(at: RRDLayout.metadataChecksumOffset)
    self.count = count
    timestamp = bytes.bigEndian64(at: RRDLayout.timestampOffset)
  }

  /// Whether eight hexadecimal digits and a line feed follow: a checksum may begin with a line feed.
  private static func isVersion1(_ bytes: [UInt8]) -> Bool {
    let start = RRDLayout.magic.count + 1
    guard bytes.count > start + 8 else { return false }
    return bytes[start + 8] == UInt8(ascii: "\n")
      && bytes[start..<start + 8].allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
  }

  /// The end of the values.
  public var valuesEnd: Int { RRDLayout.valueOffset(count) }

  /// Whether bytes are those of the data checksum.
  ///
  /// - Precondition: the values are in the array.
  public func matchesData(_ bytes: [UInt8]) -> Bool {
    Checksum.of(bytes, in: RRDLayout.timestampOffset..<valuesEnd) == dataChecksum
  }
}
