import CLinux
import Glibc

/// A connection to the kernel's FUSE (fuse(4)).
///
/// The threads that serve the connection share one object.
///
/// The connection ends when the object is released or `disconnect()` is called. Processes that
/// wait for a reply then receive an error.
public final class FuseDevice: Sendable {
  private let descriptor: Descriptor

  /// Takes ownership of a descriptor of `/dev/fuse`, or of a socket that replaces the device in
  /// tests.
  public init(owning descriptor: consuming Descriptor) {
    self.descriptor = descriptor
  }

  /// Opens `/dev/fuse`.
  ///
  /// A mount(2) with this descriptor creates the connection.
  public static func open() throws(SystemError) -> FuseDevice {
    let number = clinux_fuse_open()
    guard number >= 0 else { throw SystemError(call: "open", on: "/dev/fuse") }
    return FuseDevice(owning: Descriptor(owning: number))
  }

  /// The descriptor's number, for mount(2) and poll(2).
  public var rawValue: CInt { descriptor.rawValue }

  /// Reads the next request.
  ///
  /// The device returns one whole message per call. `bytes` must have room for the longest message.
  ///
  /// - Returns: The length of the request, or the negative `errno` value.
  @inline(__always)
  public func read(into bytes: inout [UInt8]) -> Int {
    unsafe bytes.withUnsafeMutableBytes { buffer in
      let count = unsafe Glibc.read(descriptor.rawValue, buffer.baseAddress, buffer.count)
      return count >= 0 ? count : -Int(errno)
    }
  }

  /// Writes a whole message.
  ///
  /// - Returns: The length of the message, or the negative `errno` value.
  @inline(__always)
  @discardableResult
  public func write(_ message: Span<UInt8>) -> Int {
    unsafe message.withUnsafeBytes { buffer in
      let count = unsafe Glibc.write(descriptor.rawValue, buffer.baseAddress, buffer.count)
      return count >= 0 ? count : -Int(errno)
    }
  }

  /// Waits for a request.
  ///
  /// - Returns: `false` if the timeout ends first.
  public func waitForRequest(milliseconds: Int) -> Bool {
    descriptor.waitForInput(milliseconds: milliseconds)
  }

  /// Registers an open file as a passthrough backing (FUSE_DEV_IOC_BACKING_OPEN).
  ///
  /// The kernel reads, writes and maps a backing instead of sending requests to the server.
  ///
  /// - Returns: The id of the backing in this connection, which is greater than 0.
  /// - Throws: `EPERM` without CAP_SYS_ADMIN, `ELOOP` for a file of a stacked file system,
  ///   `EOPNOTSUPP` if the connection has no passthrough.
  public func openBacking(_ file: borrowing Descriptor) throws(SystemError) -> Int32 {
    let number = clinux_fuse_open_backing(descriptor.rawValue, file.rawValue)
    guard number > 0 else {
      throw SystemError(call: "ioctl FUSE_DEV_IOC_BACKING_OPEN", on: "descriptor \(file.rawValue)")
    }
    return number
  }

  /// Unregisters a backing.
  ///
  /// Files that were opened with the backing continue to use the backing until they are closed.
  public func closeBacking(_ number: Int32) {
    _ = clinux_fuse_close_backing(descriptor.rawValue, number)
  }

  /// Ends the connection, even if other threads share this object.
  ///
  /// No thread must be in `read(into:)` during this call.
  ///
  /// Messages that are written after the call are discarded.
  public func disconnect() {
    let nowhere = unsafe Glibc.open("/dev/null", O_RDWR | O_CLOEXEC)
    guard nowhere >= 0 else { return }
    // Do not close the descriptor, because another thread might be about to use its number.
    _ = clinux_replace(nowhere, descriptor.rawValue)
    close(nowhere)
  }
}
