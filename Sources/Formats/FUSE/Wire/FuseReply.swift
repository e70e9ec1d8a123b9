import CLinux

/// A reply whose length the protocol defines.
enum FuseReply: Hashable, Sendable {
  /// Success without a body.
  case done
  case failure(FuseError)
  case agreement(FuseAgreement)
  /// The protocol version of the server, for a kernel of a later major version.
  case version
  case entry(FuseEntry)
  case attributes(FuseAttributes, validity: UInt64)
  case opened(handle: UInt64, FuseOpenOptions, backing: Int32)
  case written(UInt32)
  case ready(events: UInt32)
  case status(FuseFileSystemStatus)

  /// Encodes the complete message.
  func encode(into reply: inout FuseReplyBuffer, identifier: UInt64) {
    reply.reset(limit: CLINUX_FUSE_ENTRY_OUT_SIZE)
    switch self {
    case .done: break
    case .failure(let error):
      return reply.finish(code: -error.code, identifier: identifier)
    case .agreement(let agreement): agreement.encode(into: &reply)
    case .version:
      reply.append(number: UInt32(CLINUX_FUSE_MAJOR))
      reply.append(number: UInt32(CLINUX_FUSE_MINOR))
      while reply.count < CLINUX_FUSE_INIT_OUT_SIZE { reply.append(0) }
    case .entry(let entry): entry.encode(into: &reply)
    case .attributes(let attributes, let validity):
      reply.append(number: validity / 1_000_000_000)
      reply.append(number: UInt32(validity % 1_000_000_000))
      reply.append(number: UInt32(0))
      attributes.encode(into: &reply)
    case .opened(let handle, let options, let backing):
      reply.append(number: handle)
      reply.append(number: options.rawValue)
      reply.append(number: backing)
    case .written(let count):
      reply.append(number: count)
      reply.append(number: UInt32(0))
    case .ready(let events):
      reply.append(number: events)
      reply.append(number: UInt32(0))
    case .status(let status): status.encode(into: &reply)
    }
    reply.finish(code: 0, identifier: identifier)
  }
}

/// The result of statfs(2) for the filesystem.
public struct FuseFileSystemStatus: Hashable, Sendable {
  /// The number of nodes.
  public var nodes: UInt64
  /// The maximum length of a name.
  public var nameLength: UInt32

  public init(nodes: UInt64 = 0, nameLength: UInt32 = 255) {
    self.nodes = nodes
    self.nameLength = nameLength
  }

  /// Encodes `struct fuse_kstatfs`.
  ///
  /// The numbers of blocks are 0.
  func encode(into reply: inout FuseReplyBuffer) {
    for _ in 0..<3 { reply.append(number: UInt64(0)) }
    reply.append(number: nodes)
    reply.append(number: UInt64(0))
    for number in [4096, nameLength, 4096, 0] { reply.append(number: number) }
    for _ in 0..<6 { reply.append(number: UInt32(0)) }
  }
}
