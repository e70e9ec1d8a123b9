import CLinux
import Statistics

/// Decodes the body of a message: the bytes after its header.
///
/// Offsets are relative to the start of the body.
struct FuseBody: ~Escapable {
  private let bytes: Span<UInt8>

  @_lifetime(copy message)
  init(_ message: Span<UInt8>, of header: FuseHeader) {
    bytes = message.extracting(FuseHeader.byteCount..<header.bodyEnd)
  }

  func uint64(at offset: Int) -> UInt64 { bytes.uint64(at: offset) }

  func uint32(at offset: Int) -> UInt32 { bytes.uint32(at: offset) }

  /// Checks that the body has at least `byteCount` bytes.
  ///
  /// Later kernels might send more bytes.
  func require(_ byteCount: Int) throws(FuseProtocolError) {
    guard bytes.count >= byteCount else {
      throw .truncated(
        needed: FuseHeader.byteCount + byteCount, found: FuseHeader.byteCount + bytes.count)
    }
  }

  /// Returns the first field of a body that has at least `byteCount` bytes.
  func handle(_ byteCount: Int) throws(FuseProtocolError) -> UInt64 {
    try require(byteCount)
    return uint64(at: 0)
  }

  /// Decodes `struct fuse_read_in`.
  func range() throws(FuseProtocolError) -> FuseRange {
    try require(CLINUX_FUSE_READ_IN_SIZE)
    return FuseRange(handle: uint64(at: 0), offset: uint64(at: 8), size: uint32(at: 16))
  }

  /// Decodes `struct fuse_write_in`, and the bytes that follow this structure.
  func write() throws(FuseProtocolError) -> FuseWrite {
    let start = CLINUX_FUSE_WRITE_IN_SIZE
    try require(start)
    let size = Int(uint32(at: 16))
    try require(start + size)
    return FuseWrite(
      handle: uint64(at: 0), offset: uint64(at: 8),
      bytes: bytes.extracting(start..<start + size).array)
  }

  /// Decodes `struct fuse_batch_forget_in`, and a `struct fuse_forget_one` for each node.
  func forgets() throws(FuseProtocolError) -> [FuseForget] {
    let start = CLINUX_FUSE_BATCH_FORGET_IN_SIZE
    try require(start)
    let stride = CLINUX_FUSE_FORGET_ONE_SIZE
    let count = Int(uint32(at: 0))
    // The product cannot overflow: it is less than 2^32 times 16.
    try require(start + count * stride)
    return (0..<count).map { index in
      let offset = start + index * stride
      return FuseForget(node: uint64(at: offset), lookups: uint64(at: offset + 8))
    }
  }

  /// Decodes `struct fuse_setattr_in`.
  func attributeChange() throws(FuseProtocolError) -> FuseAttributeChange {
    try require(CLINUX_FUSE_SETATTR_IN_SIZE)
    let changes = Int(uint32(at: 0))
    func has(_ change: Int) -> Bool { changes & change != 0 }
    return FuseAttributeChange(
      handle: has(CLINUX_FUSE_FATTR_FH) ? uint64(at: 8) : nil,
      size: has(CLINUX_FUSE_FATTR_SIZE) ? uint64(at: 16) : nil,
      mode: has(CLINUX_FUSE_FATTR_MODE) ? uint32(at: 68) : nil,
      user: has(CLINUX_FUSE_FATTR_UID) ? uint32(at: 76) : nil,
      group: has(CLINUX_FUSE_FATTR_GID) ? uint32(at: 80) : nil)
  }

  /// Decodes `struct fuse_poll_in`.
  func poll() throws(FuseProtocolError) -> FusePoll {
    try require(CLINUX_FUSE_POLL_IN_SIZE)
    let isWaiting = Int(uint32(at: 16)) & CLINUX_FUSE_POLL_SCHEDULE_NOTIFY != 0
    return FusePoll(
      handle: uint64(at: 0), wake: isWaiting ? uint64(at: 8) : nil, events: uint32(at: 20))
  }

  /// Decodes `struct fuse_init_in`, including the short form of versions before 7.36.
  func offer() throws(FuseProtocolError) -> FuseOffer {
    try require(CLINUX_FUSE_OLD_INIT_IN_SIZE)
    let flags = UInt64(uint32(at: 12))
    let hasMore = flags & UInt64(CLINUX_FUSE_INIT_EXT) != 0
    if hasMore { try require(CLINUX_FUSE_OLD_INIT_IN_SIZE + 4) }
    return FuseOffer(
      major: uint32(at: 0), minor: uint32(at: 4), readAhead: uint32(at: 8),
      features: FuseFeatures(rawValue: hasMore ? UInt64(uint32(at: 16)) << 32 | flags : flags))
  }
}
