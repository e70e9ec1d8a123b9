import Glibc
import LinuxSystem
import StatsTree
import TestSupport

/// A VMM of a test's own that hands descriptors over; it runs until `stop`.
final class HandoverPeer: Sendable {
  /// What it sends to each client.
  enum Behaviour: Sendable {
    /// Messages with descriptors, then the end of the connection.
    case sends([(text: String, descriptors: [CInt])])
    /// Accepts and says nothing.
    case silent
    /// Does not even accept.
    case deaf
  }

  private final class Client: Sendable {
    let socket: UnixSocket

    init(_ socket: consuming UnixSocket) {
      self.socket = socket
    }
  }

  let path: String
  private let isStopping = Monitor(false)
  private let accepted = Monitor(0)
  private let thread: SystemThread

  init(at path: String, _ behaviour: Behaviour) throws {
    self.path = path
    let listener = Client(try UnixSocket.listen(at: path, .messages))
    thread = try SystemThread(name: "handover") { [isStopping, accepted] in
      var silent: [Client] = []
      if case .deaf = behaviour { isStopping.wait { $0 } }
      while let socket = try? listener.socket.accept() {
        let client = Client(socket)
        if isStopping.read({ $0 }) { break }
        accepted.update { $0 += 1 }
        switch behaviour {
        case .sends(let messages):
          for message in messages {
            _ = try? client.socket.send(
              Array(message.text.utf8), descriptors: message.descriptors)
          }
        case .silent: silent.append(client)
        case .deaf: break
        }
      }
    }
  }

  /// How often somebody asked.
  var clientCount: Int { accepted.read { $0 } }

  /// Ends it; its socket's name stays.
  func stop() {
    isStopping.update { $0 = true }
    _ = try? UnixSocket.connect(to: path, .messages)
    thread.join()
  }
}
