import CLinux
import Statistics

/// The credentials of the process that caused a request.
public struct FuseCaller: Hashable, Sendable {
  public let user: UInt32
  public let group: UInt32
  /// The id of the calling thread in the server's PID namespace; 0 if the thread has no id there.
  public let process: UInt32

  public init(user: UInt32, group: UInt32, process: UInt32) {
    self.user = user
    self.group = group
    self.process = process
  }
}

/// The header of every request.
///
/// ```
/// offset  size
///      0     4  length of the whole message
///      4     4  operation
///      8     8  identifier, which the reply repeats
///     16     8  node
///     24     4  user
///     28     4  group
///     32     4  process
///     36     2  length of the extensions after the body, in units of 8 bytes
/// ```
/// Source: `struct fuse_in_header` of `linux/fuse.h`; fuse(4).
public struct FuseHeader: Hashable, Sendable {
  /// The length of the header in bytes.
  public static let byteCount = CLINUX_FUSE_IN_HEADER_SIZE

  /// The code of the operation, such as FUSE_READ.
  public let operation: UInt32
  public let identifier: UInt64
  public let node: UInt64
  public let caller: FuseCaller
  /// The offset in the message at which the body ends and the extensions begin.
  let bodyEnd: Int

  /// Decodes the header of a message.
  ///
  /// `bytes` must be the whole message.
  public init(_ bytes: Span<UInt8>) throws(FuseProtocolError) {
    guard bytes.count >= Self.byteCount else {
      throw .truncated(needed: Self.byteCount, found: bytes.count)
    }
    guard bytes.uint32(at: 0) == bytes.count else {
      throw .length(stated: Int(bytes.uint32(at: 0)), found: bytes.count)
    }
    operation = bytes.uint32(at: 4)
    identifier = bytes.uint64(at: 8)
    node = bytes.uint64(at: 16)
    caller = FuseCaller(
      user: bytes.uint32(at: 24), group: bytes.uint32(at: 28), process: bytes.uint32(at: 32))
    let extensions = 8 * Int(bytes.uint16(at: 36))
    guard extensions <= bytes.count - Self.byteCount else {
      throw .extensions(byteCount: extensions, found: bytes.count)
    }
    bodyEnd = bytes.count - extensions
  }
}
