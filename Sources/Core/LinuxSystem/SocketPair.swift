import CLinux
import Glibc

/// Two Unix sockets that are connected to each other (socketpair(2)).
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

  /// Closes the second one, which a child has by now.
  public consuming func closeSecond() -> Descriptor {
    first
  }
}
