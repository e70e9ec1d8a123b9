import Glibc
import LinuxSystem
import Statistics

/// A conversation with a monitor over its socket, which is closed when the conversation ends.
final class QMPExchange {
  /// The most that is received at once, and how often in a row: others wait as well.
  private static let chunk = 1 << 16
  private static let chunksAtOnce = 16

  private let socket: UnixSocket
  private var client: QMPClient
  /// When the commands were sent.
  private var sentAt: UInt64 = 0

  /// Connects, without ever waiting.
  init(path: String, _ commands: [QMPCommand]) throws(QMPError) {
    do throws(SystemError) {
      socket = try UnixSocket.connect(to: path, .stream)
    } catch {
      // EAGAIN: so many clients wait already that there is no room for another.
      throw error.code == EAGAIN ? .held : .system(error)
    }
    client = QMPClient(commands)
  }

  /// The socket's number, for polling.
  var rawValue: CInt { socket.rawValue }

  /// Whether QEMU talks to us and no other client.
  var hasGreeted: Bool { client.hasGreeted }

  /// Whether all is answered.
  var isFinished: Bool { client.isFinished }

  /// Takes what has arrived, and hands on each event with the time since the query was sent.
  ///
  /// Never waits. After a failure the conversation is over.
  func advance(
    _ body: (QMPClient.Event, Window) throws(QMPError) -> Void
  ) throws(QMPError) {
    for _ in 0..<Self.chunksAtOnce {
      guard let bytes = try receive() else { return }
      guard !bytes.isEmpty else { throw .closed }
      let now = monotonicNanoseconds()
      client.receive(bytes)
      while let event = try client.next() {
        if case .greeted = event { try send() }
        try body(event, Window(begin: min(sentAt, now), end: now))
      }
      if client.isFinished || bytes.count < Self.chunk { return }
    }
  }

  /// What has arrived: nil for nothing yet, empty for the end.
  private func receive() throws(QMPError) -> [UInt8]? {
    do throws(SystemError) {
      let message = try socket.receive(limit: Self.chunk)
      // A monitor has none to send; whoever sends some does not fill our table with them.
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

  /// Sends the commands; they are short, so an empty socket has room for all.
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
