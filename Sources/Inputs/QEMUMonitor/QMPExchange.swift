import Glibc
import LinuxSystem
import Statistics

/// Runs one exchange with a monitor over its own connection, which `deinit` closes.
final class QMPExchange {
  /// The maximum number of bytes per receive call.
  private static let chunkByteCount = 1 << 16
  /// The maximum number of receive calls per `advance`, so that other monitors are not delayed.
  private static let maximumChunkCount = 16

  private let socket: UnixSocket
  private var client: QMPClient
  /// The time at which the commands were sent.
  private var sentAt: UInt64 = 0

  /// Connects without waiting.
  init(path: String, _ commands: [QMPCommand]) throws(QMPError) {
    do throws(SystemError) {
      socket = try UnixSocket.connect(to: path, .stream)
    } catch {
      // EAGAIN means that the listen backlog is full of waiting clients.
      throw error.code == EAGAIN ? .noGreeting : .system(error)
    }
    client = QMPClient(commands)
  }

  /// The descriptor of the socket, for polling.
  var rawValue: CInt { socket.rawValue }

  /// Whether the monitor has sent its greeting, which means that it serves this client.
  var hasGreeted: Bool { client.hasGreeted }

  /// Whether all commands have returned or failed.
  var isFinished: Bool { client.isFinished }

  /// Receives the available bytes and calls `body` for each event.
  ///
  /// The window of an event (the time to which its values refer) begins when the commands were
  /// sent. This function never waits. The exchange cannot be used after an error.
  func advance(
    _ body: (QMPClient.Event, Window) throws(QMPError) -> Void
  ) throws(QMPError) {
    for _ in 0..<Self.maximumChunkCount {
      guard let bytes = try receive() else { return }
      guard !bytes.isEmpty else { throw .closed }
      let now = monotonicNanoseconds()
      client.receive(bytes)
      while let event = try client.next() {
        if case .greeted = event { try send() }
        try body(event, Window(begin: min(sentAt, now), end: now))
      }
      if client.isFinished || bytes.count < Self.chunkByteCount { return }
    }
  }

  /// Receives the available bytes.
  ///
  /// - Returns: nil if no bytes are available; an empty array at the end of the connection.
  private func receive() throws(QMPError) -> [UInt8]? {
    do throws(SystemError) {
      let message = try socket.receive(limit: Self.chunkByteCount)
      // Close received descriptors. A monitor sends none, and a hostile peer must not fill the
      // descriptor table.
      for number in message.descriptors { _ = Descriptor(owning: number) }
      return message.bytes
    } catch {
      switch error.code {
      case EAGAIN, EINTR: return nil
      case ECONNRESET, EPIPE: throw .closed
      default: throw .system(error)
      }
    }
  }

  /// Sends the commands.
  ///
  /// An empty socket buffer has room for all of them.
  private func send() throws(QMPError) {
    let output = client.takeOutput()
    sentAt = monotonicNanoseconds()
    let sent: Int
    do throws(SystemError) {
      sent = try socket.send(output)
    } catch {
      throw error.code == EPIPE || error.code == ECONNRESET ? .closed : .system(error)
    }
    guard sent == output.count else { throw .closed }
  }
}
