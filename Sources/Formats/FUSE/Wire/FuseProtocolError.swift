/// The reason why bytes are not a request of the FUSE protocol.
public enum FuseProtocolError: Error, Hashable, Sendable {
  /// The header, the body or a list in the body is incomplete.
  case truncated(needed: Int, found: Int)
  /// The length in the header differs from the length of the message.
  case length(stated: Int, found: Int)
  /// According to the header, the extensions are longer than the message.
  case extensions(byteCount: Int, found: Int)
  /// A name is empty, not terminated by NUL, or contains a slash.
  case name
  case longName(byteCount: Int)
}

extension FuseProtocolError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .truncated(let needed, let found):
      "truncated FUSE request: \(found) bytes, \(needed) required"
    case .length(let stated, let found):
      "FUSE request of \(found) bytes states a length of \(stated) bytes"
    case .extensions(let byteCount, let found):
      "FUSE request of \(found) bytes states \(byteCount) bytes of extensions"
    case .name: "invalid name in a FUSE request"
    case .longName(let byteCount):
      "name of \(byteCount) bytes in a FUSE request; maximum is \(FuseName.maximumByteCount)"
    }
  }
}
