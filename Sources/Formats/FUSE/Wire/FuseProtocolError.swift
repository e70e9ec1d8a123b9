/// Why bytes are no request of the FUSE protocol.
public enum FuseProtocolError: Error, Hashable, Sendable {
  /// A header, a body or what belongs to it is cut off.
  case truncated(needed: Int, found: Int)
  /// The header states another length than the message has.
  case length(stated: Int, found: Int)
  /// The extensions that the header states do not fit into the message.
  case extensions(byteCount: Int, found: Int)
  /// A name is empty, has no NUL behind it, or a slash in it.
  case name
  case longName(byteCount: Int)
}

extension FuseProtocolError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .truncated(let needed, let found):
      "a FUSE request has \(found) bytes and needs \(needed)"
    case .length(let stated, let found):
      "a FUSE request of \(found) bytes states \(stated)"
    case .extensions(let byteCount, let found):
      "a FUSE request of \(found) bytes states \(byteCount) bytes of extensions"
    case .name: "a FUSE request has a name that cannot be"
    case .longName(let byteCount):
      "a FUSE request has a name of \(byteCount) bytes; at most \(FuseName.longest) can be"
    }
  }
}
