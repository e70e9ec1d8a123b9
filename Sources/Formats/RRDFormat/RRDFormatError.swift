import StrictJSON

/// The reason why bytes are not a valid file of protocol V2.
public enum RRDFormatError: Error, Hashable, Sendable {
  /// The file is too short.
  case short(bytes: Int, needed: Int)
  /// The file does not begin with the magic.
  case magic
  /// The file has protocol V1, which has no binary values.
  case version1
  /// The header states an implausible number of data sources.
  case tooMany(Int)
  /// The header states an implausible length of the metadata.
  case longMetadata(Int)
  /// The checksum of the values does not match. Either the writer was updating the file, or the
  /// file is damaged.
  case dataChecksum
  /// The checksum of the metadata does not match.
  case metadataChecksum
  /// The metadata is not the expected JSON.
  case json(String)
  /// The header and the metadata state different numbers of data sources.
  case count(stated: Int, described: Int)
  /// A field of a data source is missing, or the protocol does not define its value.
  case field(source: String, field: String)
  /// The timestamp is not a time.
  case timestamp(UInt64)
}

extension RRDFormatError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .short(let bytes, let needed): "file has \(bytes) bytes, expected at least \(needed)"
    case .magic: "file does not begin with DATASOURCES"
    case .version1: "unsupported xcp-rrdd protocol V1; expected V2"
    case .tooMany(let count):
      "header states \(count) data sources; maximum is \(RRDLayout.maximumCount)"
    case .longMetadata(let count):
      "header states \(count) bytes of metadata; maximum is \(RRDLayout.maximumMetadataByteCount)"
    case .dataChecksum: "checksum of the values does not match"
    case .metadataChecksum: "checksum of the metadata does not match"
    case .json(let reason): "metadata: \(reason)"
    case .count(let stated, let described):
      "header states \(stated) data sources, metadata describes \(described)"
    case .field(let source, let field): "data source '\(source)': invalid \(field)"
    case .timestamp(let raw): "invalid timestamp 0x\(String(raw, radix: 16))"
    }
  }
}
