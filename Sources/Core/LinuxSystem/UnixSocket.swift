import CLinux
import Glibc

/// A Unix socket (unix(7)) that can carry descriptors.
public struct UnixSocket: ~Copyable, Sendable {
  /// The type of a socket.
  public enum Style: Sendable {
    /// An ordered byte stream (SOCK_STREAM).
    case stream
    /// Ordered messages (SOCK_SEQPACKET).
    case messages

    var type: CInt {
      switch self {
      case .stream: CInt(SOCK_STREAM.rawValue)
      case .messages: CInt(SOCK_SEQPACKET.rawValue)
      }
    }
  }

  /// A received message.
  public struct Message: ~Copyable {
    public var bytes: [UInt8]
    /// The received descriptors.
    ///
    /// The caller of `receive(limit:)` owns the descriptors and must close them.
    public var descriptors: [CInt]
    /// Whether the kernel dropped bytes or descriptors.
    public var isTruncated: Bool
  }

  private let descriptor: Descriptor

  public init(owning descriptor: consuming Descriptor) {
    self.descriptor = descriptor
  }

  /// The number of the descriptor, for poll(2).
  public var rawValue: CInt { descriptor.rawValue }

  /// Connects a non-blocking socket without waiting (connect(2)).
  public static func connect(to path: String, _ style: Style) throws(SystemError) -> UnixSocket {
    let number = unsafe clinux_connect_unix(style.type, path)
    guard number >= 0 else { throw SystemError(call: "connect", on: path) }
    return UnixSocket(owning: Descriptor(owning: number))
  }

  /// Creates a listening socket at `path` (bind(2), listen(2)).
  ///
  /// The path must not exist before the call. The caller must remove the path after use.
  public static func listen(at path: String, _ style: Style) throws(SystemError) -> UnixSocket {
    let number = unsafe clinux_listen_unix(style.type, path, 64)
    guard number >= 0 else { throw SystemError(call: "listen", on: path) }
    return UnixSocket(owning: Descriptor(owning: number))
  }

  /// Waits for the next client of a listening socket (accept4(2)).
  ///
  /// - Parameter isBlocking: Whether calls on the client's socket block. If `false`, such calls
  ///   fail with `EAGAIN` instead.
  /// - Returns: The socket of the client.
  /// - Throws: `EMFILE` at the limit of open descriptors.
  public func accept(isBlocking: Bool = true) throws(SystemError) -> UnixSocket {
    let number = clinux_accept(descriptor.rawValue, isBlocking ? 1 : 0)
    guard number >= 0 else { throw SystemError(call: "accept", on: "socket \(rawValue)") }
    return UnixSocket(owning: Descriptor(owning: number))
  }

  /// Returns the process id and the user id of the peer (SO_PEERCRED of unix(7)).
  ///
  /// The ids are those of the process that called connect(2) or listen(2), at the time of that
  /// call.
  public func peer() throws(SystemError) -> (pid: CInt, owner: UInt32) {
    var pid: CInt = 0
    var owner: UInt32 = 0
    guard unsafe clinux_peer_credentials(descriptor.rawValue, &pid, &owner) == 0 else {
      throw SystemError(call: "getsockopt SO_PEERCRED", on: "socket \(rawValue)")
    }
    return (pid, owner)
  }

  /// Sends bytes with at most 253 descriptors (SCM_RIGHTS of unix(7)).
  ///
  /// - Returns: The number of bytes sent.
  @discardableResult
  public func send(_ bytes: [UInt8], descriptors: [CInt] = []) throws(SystemError) -> Int {
    precondition(!bytes.isEmpty, "a message without bytes carries no descriptors")
    // The C function requires an address, and an empty array has no address.
    let numbers = descriptors.isEmpty ? [-1] : descriptors
    let count = unsafe bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return -1 }
      return unsafe clinux_send_descriptors(
        rawValue, start, buffer.count, numbers, descriptors.count)
    }
    guard count >= 0 else { throw SystemError(call: "sendmsg", on: "socket \(rawValue)") }
    return count
  }

  /// Receives up to `limit` bytes, and the descriptors that were sent with these bytes.
  ///
  /// At the end of the stream, the message is empty.
  public func receive(limit: Int) throws(SystemError) -> Message {
    var bytes = [UInt8](repeating: 0, count: limit)
    var numbers = [CInt](repeating: -1, count: Int(CLINUX_MAX_RIGHTS))
    var count = numbers.count
    var truncated: CInt = 0
    let received = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe numbers.withUnsafeMutableBufferPointer { descriptors in
        guard let start = buffer.baseAddress, let first = descriptors.baseAddress else { return -1 }
        return unsafe clinux_receive_descriptors(
          rawValue, start, buffer.count, first, &count, &truncated)
      }
    }
    guard received >= 0 else { throw SystemError(call: "recvmsg", on: "socket \(rawValue)") }
    return Message(
      bytes: Array(bytes[..<received]), descriptors: Array(numbers[..<count]),
      isTruncated: truncated != 0)
  }

  /// Waits for input (poll(2)).
  ///
  /// - Returns: `false` if the timeout ends first.
  public func waitForInput(milliseconds: Int) -> Bool {
    var entry = pollfd(fd: rawValue, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&entry, 1, CInt(clamping: milliseconds)) > 0
  }
}
