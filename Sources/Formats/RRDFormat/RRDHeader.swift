/// Parses the fixed part of a file of protocol V2.
public struct RRDHeader: Hashable, Sendable {
  public let dataChecksum: UInt32
  public let metadataChecksum: UInt32
  /// The number of data sources.
  public let count: Int
  /// The raw timestamp.
  public let timestamp: UInt64

  /// Parses the start of a file.
  public init(_ bytes: [UInt8]) throws(RRDFormatError) {
    let magic = RRDLayout.magic
    guard RRDLayout.hasMagic(bytes) else { throw .magic }
    if bytes.count > magic.count, bytes[magic.count] == UInt8(ascii: "\n"), Self.isVersion1(bytes) {
      throw .version1
    }
    guard bytes.count >= RRDLayout.minimumByteCount else {
      throw .short(bytes: bytes.count, needed: RRDLayout.minimumByteCount)
    }
    let count = Int(bytes.bigEndian32(at: RRDLayout.countOffset))
    guard count <= RRDLayout.maximumCount else { throw .tooMany(count) }
    dataChecksum = bytes.bigEndian32(at: RRDLayout.dataChecksumOffset)
    metadataChecksum = bytes.bigEndian32(at: RRDLayout.metadataChecksumOffset)
    self.count = count
    timestamp = bytes.bigEndian64(at: RRDLayout.timestampOffset)
  }

  /// Returns `true` if eight hexadecimal digits and a line feed follow the magic and its line feed.
  ///
  /// A line feed after the magic does not prove protocol V1, because a checksum of V2 can begin
  /// with the same byte.
  private static func isVersion1(_ bytes: [UInt8]) -> Bool {
    let start = RRDLayout.magic.count + 1
    guard bytes.count > start + 8 else { return false }
    return bytes[start + 8] == UInt8(ascii: "\n")
      && bytes[start..<start + 8].allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
  }

  /// The offset of the end of the values.
  public var valuesEnd: Int { RRDLayout.valueOffset(count) }

  /// Returns `true` if the data checksum matches the bytes of a file.
  ///
  /// - Precondition: `bytes` contains the values.
  public func matchesData(_ bytes: [UInt8]) -> Bool {
    Checksum.of(bytes, in: RRDLayout.timestampOffset..<valuesEnd) == dataChecksum
  }
}
