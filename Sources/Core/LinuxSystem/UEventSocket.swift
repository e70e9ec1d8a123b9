import CLinux
import Glibc

/// The kernel's announcements of devices and virtual machines (netlink(7), kobject uevents).
public struct UEventSocket: ~Copyable, Sendable {
  private let descriptor: Descriptor

  public init() throws(SystemError) {
    let number = clinux_open_uevents()
    guard number >= 0 else { throw SystemError(call: "bind", on: "NETLINK_KOBJECT_UEVENT") }
    descriptor = Descriptor(owning: number)
  }

  /// The descriptor's number, for poll(2).
  public var rawValue: CInt { descriptor.rawValue }

  /// The next announcement: its header line, then `KEY=value` lines; nil when there is none.
  ///
  /// - Throws: `ENOBUFS` where announcements were lost: the caller looks for itself.
  public func next() throws(SystemError) -> [String]? {
    var bytes = [UInt8](repeating: 0, count: 8192)
    while true {
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        guard let start = buffer.baseAddress else { return 0 }
        return unsafe clinux_receive_uevent(rawValue, start, buffer.count)
      }
      if count < 0 {
        if errno == EAGAIN || errno == EINTR { return nil }
        throw SystemError(call: "recvmsg", on: "NETLINK_KOBJECT_UEVENT")
      }
      // 0: not from the kernel.
      if count == 0 { continue }
      return bytes[..<count].split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
  }
}
