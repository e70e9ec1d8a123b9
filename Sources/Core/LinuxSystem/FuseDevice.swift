import CLinux
import Glibc

/// One connection to the kernel's FUSE (fuse(4)), shared by those who serve it.
///
/// It ends with the value, or before that by `disconnect`; then whoever waits for a reply gets an
/// error.
public final class FuseDevice: Sendable {
  private let descriptor: Descriptor

  /// Takes a descriptor of `/dev/fuse`, or of a socket that is in its place.
  public init(owning descriptor: consuming Descriptor) {
    self.descriptor = descriptor
  }

  /// Opens `/dev/fuse`; a mount makes a connection of it.
  public static func open() throws(SystemError) -> FuseDevice {
    let number = clinux_fuse_open()
    guard number >= 0 else { throw SystemError(call: "open", on: "/dev/fuse") }
    return FuseDevice(owning: Descriptor(owning: number))
  }

  /// The descriptor's number, for mount(2) and poll(2).
  public var rawValue: CInt { descriptor.rawValue }

  /// The next request, whose length is returned, or minus the errno value.
  ///
  /// The device gives whole messages; `bytes` need room for the longest one.
  @inline(__always)
  public func read(into bytes: inout [UInt8]) -> Int {
    unsafe bytes.withUnsafeMutableBytes { buffer in
      let count = unsafe Glibc.read(descriptor.rawValue, buffer.baseAddress, buffer.count)
      return count >= 0 ? count : -Int(errno)
    }
  }

  /// Writes a whole message: its length, or minus the errno value.
  @inline(__always)
  @discardableResult
  public func write(_ message: Span<UInt8>) -> Int {
    unsafe message.withUnsafeBytes { buffer in
      let count = unsafe Glibc.write(descriptor.rawValue, buffer.baseAddress, buffer.count)
      return count >= 0 ? count : -Int(errno)
    }
  }

  /// Waits for a request: false where the time is over before.
  public func waitForRequest(milliseconds: Int) -> Bool {
    descriptor.waitForInput(milliseconds: milliseconds)
  }

  /// Makes an open file the backing of files of this connection: its number there, which is not 0.
  ///
  /// - Throws: `EPERM` without CAP_SYS_ADMIN, `ELOOP` for a file of a filesystem on another one,
  ///   `EOPNOTSUPP` where the connection has no passthrough.
  public func openBacking(_ file: borrowing Descriptor) throws(SystemError) -> Int32 {
    let number = clinux_fuse_open_backing(descriptor.rawValue, file.rawValue)
    guard number > 0 else {
      throw SystemError(call: "ioctl FUSE_DEV_IOC_BACKING_OPEN", on: "descriptor \(file.rawValue)")
    }
    return number
  }

  /// Gives a backing back; files that are open with it keep it.
  public func closeBacking(_ number: Int32) {
    _ = clinux_fuse_close_backing(descriptor.rawValue, number)
  }

  /// Ends the connection, whoever holds this value; nobody may be reading.
  ///
  /// What is written from then on goes nowhere.
  public func disconnect() {
    let nowhere = unsafe Glibc.open("/dev/null", O_RDWR | O_CLOEXEC)
    guard nowhere >= 0 else { return }
    // The number stays taken: another thread may be about to use it.
    _ = clinux_replace(nowhere, descriptor.rawValue)
    close(nowhere)
  }
}
