/// A whole file of protocol V2: what its numbers mean, what they are, and of when.
public struct RRDFile: Hashable, Sendable {
  public let header: RRDHeader
  public let metadata: RRDMetadata
  public let timestamp: RRDTimestamp
  /// The eight bytes of each value, as its `value_type` says.
  public let values: [UInt64]

  /// Reads any bytes.
  ///
  /// - Throws: `RRDFormatError`; `dataChecksum` and `metadataChecksum` also where it was read while it was
  ///   written.
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

  /// Where the metadata lies.
  public static func metadataRange(
    of header: RRDHeader, _ bytes: [UInt8]
  ) throws(RRDFormatError) -> Range<Int> {
    let start = header.valuesEnd + 4
    guard bytes.count >= start else { throw .short(bytes: bytes.count, needed: start) }
    let count = Int(bytes.bigEndian32(at: header.valuesEnd))
    guard count <= RRDLayout.largestMetadata else { throw .longMetadata(count) }
    guard bytes.count >= start + count else {
      throw .short(bytes: bytes.count, needed: start + count)
    }
    return start..<start + count
  }
}
