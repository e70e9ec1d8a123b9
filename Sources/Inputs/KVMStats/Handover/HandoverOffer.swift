import Glibc
import LinuxSystem

/// Connects to a VMM that hands over (sends) its statistics descriptors, and receives them.
///
/// The VMM listens on a SOCK_SEQPACKET Unix socket. It sends one or more messages to each client
/// and closes the connection. A message is text with one `key=value` per line, and carries up to
/// 253 descriptors (SCM_RIGHTS). The first key is `vitals-kvm=1`; `name` and `uuid` are optional.
/// The id in each statistics file identifies the VM or vCPU of the file. See `docs/handover.md`.
final class HandoverOffer {
  let path: String
  /// The process that listens; `nil` if that process is in another PID namespace.
  let pid: Int32?
  /// The keys of the messages with their values.
  private(set) var fields: [String: String] = [:]
  private let socket: UnixSocket
  private var descriptors: [CInt] = []

  init(connecting path: String) throws(SystemError) {
    self.path = path
    let socket = try UnixSocket.connect(to: path, .messages)
    // A pid of 0 means that the process is in another PID namespace.
    pid = (try? socket.peer()).flatMap { $0.pid > 0 ? $0.pid : nil }
    self.socket = socket
  }

  deinit {
    for descriptor in descriptors { close(descriptor) }
  }

  /// Receives messages until the VMM closes the connection.
  ///
  /// - Parameter deadline: A time on CLOCK_MONOTONIC.
  /// - Throws: `HandoverError` or `SystemError`.
  func receive(until deadline: UInt64) throws {
    while true {
      let now = monotonicNanoseconds()
      let left = deadline > now ? Int((deadline - now) / 1_000_000) : 0
      guard socket.waitForInput(milliseconds: left) else {
        // A part of the descriptors must not be mistaken for all of them.
        throw fields.isEmpty ? HandoverError.silent : HandoverError.unfinished
      }
      let message = try socket.receive(limit: 4096)
      descriptors += message.descriptors
      if message.bytes.isEmpty { return }
      if message.isTruncated { throw HandoverError.truncated }
      for line in String(decoding: message.bytes, as: UTF8.self).split(separator: "\n") {
        guard let equals = line.firstIndex(of: "=") else { continue }
        fields[String(line[..<equals])] = String(line[line.index(after: equals)...])
      }
      guard fields["vitals-kvm"] == "1" else { throw HandoverError.invalid }
      // Present kernels support at most 4,096 vCPUs in a VM.
      guard descriptors.count <= 8192 else { throw HandoverError.invalid }
    }
  }

  /// Transfers the ownership of the descriptors to the caller, who must close them.
  func takeDescriptors() -> [CInt] {
    defer { descriptors = [] }
    return descriptors
  }
}
