import CLinux
import Statistics

extension FuseRequest {
  /// Decodes the body of the message with the given header, and ignores the bytes after the body.
  public init(_ bytes: Span<UInt8>, of header: FuseHeader) throws(FuseProtocolError) {
    let body = FuseBody(bytes, of: header)
    switch Int(header.operation) {
    case CLINUX_FUSE_READ:
      self = .read(try body.range())
    case CLINUX_FUSE_LOOKUP:
      self = .lookup(try FuseName(bytes, from: FuseHeader.byteCount, to: header.bodyEnd))
    case CLINUX_FUSE_OPEN:
      try body.require(CLINUX_FUSE_OPEN_IN_SIZE)
      self = .open(FuseOpenFlags(rawValue: body.uint32(at: 0)))
    case CLINUX_FUSE_RELEASE:
      self = .release(handle: try body.handle(CLINUX_FUSE_RELEASE_IN_SIZE))
    case CLINUX_FUSE_GETATTR:
      try body.require(CLINUX_FUSE_GETATTR_IN_SIZE)
      let hasHandle = Int(body.uint32(at: 0)) & CLINUX_FUSE_GETATTR_FH != 0
      self = .attributes(handle: hasHandle ? body.uint64(at: 8) : nil)
    case CLINUX_FUSE_FLUSH:
      self = .flush(handle: try body.handle(CLINUX_FUSE_FLUSH_IN_SIZE))
    case CLINUX_FUSE_OPENDIR:
      try body.require(CLINUX_FUSE_OPEN_IN_SIZE)
      self = .openDirectory
    case CLINUX_FUSE_READDIR:
      self = .readDirectory(try body.range(), withAttributes: false)
    case CLINUX_FUSE_READDIRPLUS:
      self = .readDirectory(try body.range(), withAttributes: true)
    case CLINUX_FUSE_RELEASEDIR:
      self = .releaseDirectory(handle: try body.handle(CLINUX_FUSE_RELEASE_IN_SIZE))
    case CLINUX_FUSE_FORGET:
      try body.require(CLINUX_FUSE_FORGET_IN_SIZE)
      self = .forget([FuseForget(node: header.node, lookups: body.uint64(at: 0))])
    case CLINUX_FUSE_BATCH_FORGET:
      self = .forget(try body.forgets())
    case CLINUX_FUSE_POLL:
      self = .poll(try body.poll())
    default:
      self = try Self.uncommon(body, header)
    }
  }

  private static func uncommon(_ body: FuseBody, _ header: FuseHeader) throws(FuseProtocolError)
    -> Self
  {
    switch Int(header.operation) {
    case CLINUX_FUSE_INIT: return .initialize(try body.offer())
    case CLINUX_FUSE_WRITE: return .write(try body.write())
    case CLINUX_FUSE_SETATTR: return .setAttributes(try body.attributeChange())
    case CLINUX_FUSE_STATFS: return .fileSystemStatus
    case CLINUX_FUSE_FSYNC, CLINUX_FUSE_FSYNCDIR:
      return .synchronize(handle: try body.handle(CLINUX_FUSE_FSYNC_IN_SIZE))
    case CLINUX_FUSE_ACCESS:
      try body.require(CLINUX_FUSE_ACCESS_IN_SIZE)
      return .access(mode: body.uint32(at: 0))
    case CLINUX_FUSE_INTERRUPT:
      return .interrupt(identifier: try body.handle(CLINUX_FUSE_INTERRUPT_IN_SIZE))
    case CLINUX_FUSE_DESTROY: return .destroy
    case CLINUX_FUSE_NOTIFY_REPLY: return .notificationReply
    case CLINUX_FUSE_SYMLINK, CLINUX_FUSE_MKNOD, CLINUX_FUSE_MKDIR, CLINUX_FUSE_UNLINK,
      CLINUX_FUSE_RMDIR, CLINUX_FUSE_RENAME, CLINUX_FUSE_RENAME2, CLINUX_FUSE_LINK,
      CLINUX_FUSE_CREATE:
      return .directoryChange
    default: return .other(header.operation)
    }
  }
}
