import CLinux
import Glibc
import LinuxSystem
import SampleFileSystem
import Testing

@testable import FUSE

/// A session over a socket that replaces the device, seen from the kernel's side.
@Suite struct ProtocolTests {
  private let kernel: FakeKernel
  private let files: SampleFileSystem

  init() throws {
    kernel = try FakeKernel()
    files = try SampleFileSystem()
  }

  private func begin(minor: UInt32 = 45) throws -> FuseSession {
    try kernel.send(FakeKernel.offer(minor: minor))
    let session = try FuseSession(kernel.device, files)
    let reply = try kernel.receive()
    #expect(reply?.error == 0 && reply?.body.count == 64)
    return session
  }

  @Test("A kernel that is too old is rejected with EPROTO", arguments: [(7, 22), (6, 9)])
  func old(major: UInt32, minor: UInt32) throws {
    try kernel.send(FakeKernel.offer(major: major, minor: minor))
    #expect(
      throws: FuseMountError.version(directory: "/dev/fuse", major: major, minor: minor)
    ) { try FuseSession(kernel.device, files) }
    #expect(try kernel.receive()?.error == -EPROTO)
  }

  @Test("A kernel of a later major version receives the server's version")
  func newer() throws {
    try kernel.send(FakeKernel.offer(major: 8, minor: 1))
    try kernel.send(FakeKernel.offer(minor: 45))
    let session = try FuseSession(kernel.device, files)
    #expect(try kernel.receive()?.uint32(at: 0) == 7)
    #expect(try kernel.receive()?.uint32(at: 4) == 45)
    #expect(session.connection.agreement.minor == 45)
  }

  @Test("A kernel that does not begin with INIT is rejected")
  func noOffer() throws {
    try kernel.send(RawMessage.request(CLINUX_FUSE_STATFS))
    #expect(throws: FuseMountError.noOffer(directory: "/dev/fuse")) {
      try FuseSession(kernel.device, files)
    }
  }

  @Test(
    "An unsupported operation fails with the error that the kernel expects",
    arguments: [
      (CLINUX_FUSE_GETXATTR, ENOSYS), (CLINUX_FUSE_LISTXATTR, ENOSYS),
      (CLINUX_FUSE_IOCTL, ENOSYS), (CLINUX_FUSE_LSEEK, ENOSYS), (CLINUX_FUSE_INTERRUPT, ENOSYS),
      (CLINUX_FUSE_FLUSH, ENOSYS), (CLINUX_FUSE_FSYNC, ENOSYS), (CLINUX_FUSE_ACCESS, ENOSYS),
      (9_999, ENOSYS), (CLINUX_FUSE_MKDIR, EPERM), (CLINUX_FUSE_CREATE, EPERM),
      (CLINUX_FUSE_UNLINK, EPERM), (CLINUX_FUSE_RENAME2, EPERM), (CLINUX_FUSE_INIT, EPROTO),
    ])
  func refused(operation: Int, code: CInt) throws {
    let session = try begin()
    let body =
      operation == CLINUX_FUSE_INIT
      ? RawMessage.halves(7, 45, 0, 0) : [UInt8](repeating: 0, count: 64)
    try kernel.send(RawMessage.request(operation, node: 1, body))
    #expect(try kernel.receive() == RawReply(FuseReply.failure(FuseError(code)).bytes))
    #expect(session.counts.requests == 1)
  }

  @Test("A truncated body is rejected with EPROTO, and the session continues")
  func malformed() throws {
    let session = try begin()
    try kernel.send(RawMessage.request(CLINUX_FUSE_READ, [1, 2, 3]))
    #expect(try kernel.receive()?.error == -EPROTO)
    try kernel.send(
      RawMessage.request(
        CLINUX_FUSE_LOOKUP, RawMessage.name(String(repeating: "n", count: 2_000))))
    #expect(try kernel.receive()?.error == -ENAMETOOLONG)
    // No reply: an invalid header, and operations without a reply.
    try kernel.send([1, 2, 3])
    try kernel.send(RawMessage.request(CLINUX_FUSE_BATCH_FORGET, RawMessage.halves(.max, 0)))
    try kernel.send(RawMessage.request(CLINUX_FUSE_FORGET, []))
    try kernel.send(RawMessage.request(CLINUX_FUSE_NOTIFY_REPLY, []))
    try kernel.send(RawMessage.request(CLINUX_FUSE_STATFS, node: 1))
    #expect(try kernel.receive()?.body.count == 80)
    #expect(session.counts.malformedRequests == 1 && session.counts.requests == 7)
  }

  @Test("DESTROY is answered and ends the session")
  func destroyed() throws {
    let session = try begin()
    try kernel.send(RawMessage.request(CLINUX_FUSE_DESTROY))
    #expect(try kernel.receive()?.error == 0)
    #expect(session.waitForEnd(milliseconds: 10_000) == .unmounted)
  }

  @Test(
    "A read returns no more than requested", arguments: [0, 1, 4, 19, 20, 21, 65_536])
  func clamped(size: UInt32) throws {
    let session = try begin()
    try kernel.send(RawMessage.request(CLINUX_FUSE_LOOKUP, node: 1, RawMessage.name("text")))
    let node = try #require(try kernel.receive()).uint64(at: 0)
    try kernel.send(RawMessage.request(CLINUX_FUSE_OPEN, node: node, RawMessage.halves(0, 0)))
    let handle = try #require(try kernel.receive()).uint64(at: 0)
    let body =
      RawMessage.words(handle, 0) + RawMessage.halves(size, 0) + RawMessage.words(0, 0)
    try kernel.send(RawMessage.request(CLINUX_FUSE_READ, node: node, body))
    #expect(try kernel.receive()?.body == Array(SampleItem.textContent.prefix(Int(size))))
    session.stop()
  }

  @Test("Stopping an idle session returns at once")
  func stop() throws {
    let session = try begin()
    let begin = monotonicNanoseconds()
    #expect(session.stop() == .stopped)
    #expect(monotonicNanoseconds() - begin < 10_000_000_000)
    #expect(session.connection.notify(.wake(1)), "the message is discarded")
  }
}
