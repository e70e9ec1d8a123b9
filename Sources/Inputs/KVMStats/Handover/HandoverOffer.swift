import Glibc
import LinuxSystem

/// A connection to a VMM that hands over its statistics descriptors.
///
/// The VMM listens on a SOCK_SEQPACKET Unix socket. To each client it sends one message or more
/// and closes the connection. A message is text, a `key=value` on each line, with up to 253
/// descriptors beside it (SCM_RIGHTS). Keys: `vitals-kvm=1` first, then `name` and `uuid` if it
/// likes. Which descriptor is which is told by the id in its file. See `docs/handover.md`.
final class HandoverOffer {
  enum Flaw: Error, CustomStringConvertible {
    case silent
    case unfinished
    case strange
    case truncated

    var description: String {
      switch self {
      case .silent: "it accepted the connection and sent nothing in time"
      case .unfinished: "it did not end its messages in time: it must close the connection"
      case .strange: "its message does not begin with vitals-kvm=1"
      case .truncated: "its message was cut: this process may be out of descriptors (ulimit -n)"
      }
    }
  }

  let path: String
  /// The process that listens.
  let pid: Int32?
  private(set) var facts: [String: String] = [:]
  private let socket: UnixSocket
  private var descriptors: [CInt] = []

  init(connecting path: String) throws(SystemError) {
    self.path = path
    let socket = try UnixSocket.connect(to: path, .messages)
    // 0: a process of another PID namespace.
    pid = (try? socket.peer()).flatMap { $0.pid > 0 ? $0.pid : nil }
    self.socket = socket
  }

  deinit {
    for descriptor in descriptors { close(descriptor) }
  }

  /// Receives until the VMM closes the connection.
  func receive(until deadline: UInt64) throws {
    while true {
      let now = monotonicNanoseconds()
      let left = deadline > now ? Int((deadline - now) / 1_000_000) : 0
      guard socket.waitForInput(milliseconds: left) else {
        // A part of the descriptors would pass for all of them.
        throw facts.isEmpty ? Flaw.silent : Flaw.unfinished
      }
      let message = try socket.receive(limit: 4096)
      descriptors += message.descriptors
      if message.bytes.isEmpty { return }
      if message.isTruncated { throw Flaw.truncated }
      for line in String(decoding: message.bytes, as: UTF8.self).split(separator: "\n") {
        guard let equals = line.firstIndex(of: "=") else { continue }
        facts[String(line[..<equals])] = String(line[line.index(after: equals)...])
      }
      guard facts["vitals-kvm"] == "1" else { throw Flaw.strange }
      // One machine has at most 4,096 vCPUs on any kernel of today.
      guard descriptors.count <= 8192 else { throw Flaw.strange }
    }
  }

  /// Gives the descriptors to the caller, who closes them.
  func takeDescriptors() -> [CInt] {
    defer { descriptors = [] }
    return descriptors
  }
}
