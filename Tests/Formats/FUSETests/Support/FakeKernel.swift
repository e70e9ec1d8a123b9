import CLinux
import LinuxSystem

@testable import FUSE

/// The kernel's end of a connection.
final class FakeKernel {
  let device: FuseDevice
  private let socket: UnixSocket

  init() throws {
    let ends = try SocketPair(.messages)
    device = FuseDevice(owning: try ends.second.duplicate())
    socket = UnixSocket(owning: ends.closeSecond())
  }

  func send(_ message: [UInt8]) throws {
    try socket.send(message)
  }

  /// The next reply; nil if none arrives within ten seconds.
  func receive() throws -> RawReply? {
    guard socket.waitForInput(milliseconds: 10_000) else { return nil }
    return RawReply(try socket.receive(limit: 1 << 17).bytes)
  }

  static func offer(major: UInt32 = 7, minor: UInt32) -> [UInt8] {
    RawMessage.request(
      CLINUX_FUSE_INIT, node: 0,
      RawMessage.halves(major, minor, 131_072, 0x73ff_fffb, 0x5fd)
        + [UInt8](repeating: 0, count: 44))
  }
}
