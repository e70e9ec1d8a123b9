import CLinux
import Testing

@testable import FUSE

/// A request in encoded and decoded form.
struct RequestCase: Sendable, CustomTestStringConvertible {
  let operation: Int
  let body: [UInt8]
  let request: FuseRequest
  /// The minimum length of the body.
  let minimumByteCount: Int

  init(_ operation: Int, _ body: [UInt8], _ request: FuseRequest, minimumByteCount: Int? = nil) {
    self.operation = operation
    self.body = body
    self.request = request
    self.minimumByteCount = minimumByteCount ?? body.count
  }

  var testDescription: String { "\(operation): \(request)" }

  private static let read =
    RawMessage.words(5, 4096) + RawMessage.halves(131072, 0) + RawMessage.words(1)
    + RawMessage.halves(0x8000, 0)
  private static let range = FuseRange(handle: 5, offset: 4096, size: 131072)

  static let all: [RequestCase] = [
    RequestCase(CLINUX_FUSE_LOOKUP, RawMessage.name("vcpu0"), .lookup(name("vcpu0"))),
    RequestCase(
      CLINUX_FUSE_LOOKUP, [0xff, 0xfe, 0], .lookup(name([0xff, 0xfe]))),
    RequestCase(
      CLINUX_FUSE_FORGET, RawMessage.words(3), .forget([FuseForget(node: 7, lookups: 3)])),
    RequestCase(
      CLINUX_FUSE_BATCH_FORGET, RawMessage.halves(2, 0) + RawMessage.words(8, 1, 9, .max),
      .forget([FuseForget(node: 8, lookups: 1), FuseForget(node: 9, lookups: .max)])),
    RequestCase(CLINUX_FUSE_BATCH_FORGET, RawMessage.halves(0, 0), .forget([])),
    RequestCase(
      CLINUX_FUSE_GETATTR, RawMessage.halves(0, 0) + RawMessage.words(5),
      .attributes(handle: nil)),
    RequestCase(
      CLINUX_FUSE_GETATTR, RawMessage.halves(1, 0) + RawMessage.words(5), .attributes(handle: 5)),
    RequestCase(
      CLINUX_FUSE_SETATTR,
      RawMessage.halves(0x48, 0) + RawMessage.words(5, 0, 0, 0, 0, 0)
        + RawMessage.halves(0, 0, 0, 0o600, 0, 1, 2, 0),
      .setAttributes(
        FuseAttributeChange(handle: 5, size: 0, mode: nil, user: nil, group: nil))),
    RequestCase(
      CLINUX_FUSE_SETATTR,
      RawMessage.halves(0x07, 0) + RawMessage.words(5, 9, 0, 0, 0, 0)
        + RawMessage.halves(0, 0, 0, 0o600, 0, 1, 2, 0),
      .setAttributes(
        FuseAttributeChange(handle: nil, size: nil, mode: 0o600, user: 1, group: 2))),
    RequestCase(
      CLINUX_FUSE_OPEN, RawMessage.halves(0x8201, 0), .open(FuseOpenFlags(rawValue: 0x8201))),
    RequestCase(CLINUX_FUSE_READ, read, .read(range)),
    RequestCase(
      CLINUX_FUSE_WRITE,
      RawMessage.words(5, 0) + RawMessage.halves(2, 0) + RawMessage.words(0)
        + RawMessage.halves(0x8001, 0) + Array("0\n".utf8),
      .write(FuseWrite(handle: 5, offset: 0, bytes: Array("0\n".utf8)))),
    RequestCase(CLINUX_FUSE_STATFS, [], .fileSystemStatus),
    RequestCase(
      CLINUX_FUSE_RELEASE, RawMessage.words(5) + RawMessage.halves(0x8000, 0) + RawMessage.words(0),
      .release(handle: 5)),
    RequestCase(CLINUX_FUSE_FLUSH, RawMessage.words(5, 0, 1), .flush(handle: 5)),
    RequestCase(CLINUX_FUSE_FSYNC, RawMessage.words(5, 1), .synchronize(handle: 5)),
    RequestCase(CLINUX_FUSE_FSYNCDIR, RawMessage.words(6, 1), .synchronize(handle: 6)),
    RequestCase(CLINUX_FUSE_OPENDIR, RawMessage.halves(0x18800, 0), .openDirectory),
    RequestCase(
      CLINUX_FUSE_READDIR, read, .readDirectory(range, withAttributes: false)),
    RequestCase(
      CLINUX_FUSE_READDIRPLUS, read, .readDirectory(range, withAttributes: true)),
    RequestCase(
      CLINUX_FUSE_RELEASEDIR, RawMessage.words(5, 0, 0), .releaseDirectory(handle: 5)),
    RequestCase(CLINUX_FUSE_ACCESS, RawMessage.halves(4, 0), .access(mode: 4)),
    RequestCase(CLINUX_FUSE_INTERRUPT, RawMessage.words(98), .interrupt(identifier: 98)),
    RequestCase(
      CLINUX_FUSE_POLL, RawMessage.words(5, 17) + RawMessage.halves(1, 0x41),
      .poll(FusePoll(handle: 5, wake: 17, events: 0x41))),
    RequestCase(
      CLINUX_FUSE_POLL, RawMessage.words(5, 17) + RawMessage.halves(0, 0x41),
      .poll(FusePoll(handle: 5, wake: nil, events: 0x41))),
    RequestCase(CLINUX_FUSE_DESTROY, [], .destroy),
    RequestCase(
      CLINUX_FUSE_MKDIR, RawMessage.halves(0o755, 0) + RawMessage.name("a"), .directoryChange,
      minimumByteCount: 0),
    RequestCase(CLINUX_FUSE_CREATE, [], .directoryChange),
    RequestCase(
      CLINUX_FUSE_NOTIFY_REPLY, RawMessage.words(1), .notificationReply, minimumByteCount: 0),
    RequestCase(CLINUX_FUSE_GETXATTR, RawMessage.halves(0, 0), .other(22), minimumByteCount: 0),
    RequestCase(CLINUX_FUSE_IOCTL, RawMessage.words(0, 0, 0), .other(39), minimumByteCount: 0),
    RequestCase(CLINUX_FUSE_LSEEK, RawMessage.words(0, 0, 0), .other(46), minimumByteCount: 0),
    RequestCase(0x1a00_0000, [], .other(0x1a00_0000)),
    // Linux 6.18; without the second word of flags; before 7.36.
    RequestCase(
      CLINUX_FUSE_INIT,
      RawMessage.halves(7, 45, 131072, 0x73ff_fffb, 0x5fd) + [UInt8](repeating: 0, count: 44),
      .initialize(
        FuseOffer(
          major: 7, minor: 45, readAhead: 131072,
          features: FuseFeatures(rawValue: 0x5fd_73ff_fffb))), minimumByteCount: 20),
    RequestCase(
      CLINUX_FUSE_INIT, RawMessage.halves(7, 31, 131072, 0x33ff_fffb),
      .initialize(
        FuseOffer(
          major: 7, minor: 31, readAhead: 131072, features: FuseFeatures(rawValue: 0x33ff_fffb)))),
  ]

  static func name(_ text: String) -> FuseName { name(Array(text.utf8)) }

  static func name(_ bytes: [UInt8]) -> FuseName {
    do {
      let message = bytes + [0]
      return try FuseName(message.span, from: 0, to: message.count)
    } catch {
      preconditionFailure("\(bytes): \(error)")
    }
  }
}
