import CLinux
import Glibc

/// Receives the kernel's uevents, which report changes of devices and VMs (NETLINK_KOBJECT_UEVENT
/// of netlink(7)).
public struct UEventSocket: ~Copyable, Sendable {
  private let descriptor: Descriptor

  public init() throws(SystemError) {
    let number = clinux_open_uevents()
    guard number >= 0 else { throw SystemError(call: "bind", on: "NETLINK_KOBJECT_UEVENT") }
    descriptor = Descriptor(owning: number)
  }

  /// The descriptor's number, for poll(2).
  public var rawValue: CInt { descriptor.rawValue }

  /// Returns the next uevent, or `nil` if there is none.
  ///
  /// - Returns: The header line, then `KEY=value` lines.
  /// - Throws: `ENOBUFS` if the kernel dropped events. The caller must then search for changes
  ///   itself.
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
      // The count is 0 if the sender is not the kernel.
      if count == 0 { continue }
      return bytes[..<count].split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
  }
}
