import StrictJSON

/// Why bytes are not a file of protocol V2 that can be read.
public enum RRDFormatError: Error, Hashable, Sendable {
  /// It ends before what it must have.
  case short(bytes: Int, needed: Int)
  /// It does not begin as one.
  case magic
  /// It is of the protocol V1, which has no binary values.
  case version1
  /// It states more data sources than are credible.
  case tooMany(Int)
  /// It states metadata that is longer than is credible.
  case longMetadata(Int)
  /// The values are not those of the checksum: it was read while it was written, or is damaged.
  case dataChecksum
  /// The metadata is not that of its checksum.
  case metadataChecksum
  /// The metadata is not the JSON that it should be.
  case json(String)
  /// The metadata describes another number of data sources than the header states.
  case count(stated: Int, described: Int)
  /// A data source is described in words that are not of the protocol.
  case field(source: String, field: String)
  /// The timestamp is no time.
  case timestamp(UInt64)
}

extension RRDFormatError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .short(let bytes, let needed): "it has \(bytes) bytes and needs \(needed)"
    case .magic: "it does not begin with DATASOURCES"
    case .version1: "it is of xcp-rrdd's protocol V1; only V2 is read"
    case .tooMany(let count):
      "it states \(count) data sources; \(RRDLayout.largestCount) is the most"
    case .longMetadata(let count):
      "it states \(count) bytes of metadata; \(RRDLayout.largestMetadata) is the most"
    case .dataChecksum: "its values are not those of its checksum"
    case .metadataChecksum: "its metadata is not that of its checksum"
    case .json(let words): "its metadata: \(words)"
    case .count(let stated, let described):
      "it states \(stated) data sources and describes \(described)"
    case .field(let source, let field): "data source \(source) has no \(field) of the protocol"
    case .timestamp(let raw): "its timestamp 0x\(String(raw, radix: 16)) is no time"
    }
  }
}
