import CLinux
import Glibc

/// Two connected Unix sockets (socketpair(2)).
public struct SocketPair: ~Copyable, Sendable {
  public let first: Descriptor
  public let second: Descriptor

  public init(_ style: UnixSocket.Style) throws(SystemError) {
    var ends: (first: CInt, second: CInt) = (-1, -1)
    guard unsafe clinux_socket_pair(style.type, &ends.first, &ends.second) == 0 else {
      throw SystemError(call: "socketpair", on: "socket")
    }
    first = Descriptor(owning: ends.first)
    second = Descriptor(owning: ends.second)
  }

  /// Closes the second socket and returns the first.
  ///
  /// Call this after a child has inherited the second socket.
  public consuming func closeSecond() -> Descriptor {
    first
  }
}
