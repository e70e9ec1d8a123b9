/// The parsed contents of a file of protocol V2: descriptions, values and the time of the values.
public struct RRDFile: Hashable, Sendable {
  public let header: RRDHeader
  public let metadata: RRDMetadata
  public let timestamp: RRDTimestamp
  /// The eight bytes of each value.
  ///
  /// The description of the value contains their type.
  public let values: [UInt64]

  /// Parses arbitrary bytes.
  ///
  /// - Throws: `RRDFormatError`. `dataChecksum` and `metadataChecksum` can also mean that the
  ///   writer changed the file during the read.
  public init(_ bytes: [UInt8]) throws(RRDFormatError) {
    let header = try RRDHeader(bytes)
    let range = try Self.metadataRange(of: header, bytes)
    guard header.matchesData(bytes) else { throw .dataChecksum }
    guard Checksum.of(bytes, in: range) == header.metadataChecksum else { throw .metadataChecksum }
    guard let timestamp = RRDTimestamp(header.timestamp) else {
      throw .timestamp(header.timestamp)
    }
    let metadata = try RRDMetadata(bytes, in: range)
    guard metadata.sources.count == header.count else {
      throw .count(stated: header.count, described: metadata.sources.count)
    }
    self.header = header
    self.metadata = metadata
    self.timestamp = timestamp
    values = (0..<header.count).map { bytes.bigEndian64(at: RRDLayout.valueOffset($0)) }
  }

  /// Returns the range of the metadata.
  public static func metadataRange(
    of header: RRDHeader, _ bytes: [UInt8]
  ) throws(RRDFormatError) -> Range<Int> {
    let start = header.valuesEnd + 4
    guard bytes.count >= start else { throw .short(bytes: bytes.count, needed: start) }
    let count = Int(bytes.bigEndian32(at: header.valuesEnd))
    guard count <= RRDLayout.maximumMetadataByteCount else { throw .longMetadata(count) }
    guard bytes.count >= start + count else {
      throw .short(bytes: bytes.count, needed: start + count)
    }
    return start..<start + count
  }
}
