import Glibc
import LinuxSystem
import StatsTree
import TestSupport

/// A simulated VMM that hands descriptors over until `stop` is called.
final class HandoverPeer: Sendable {
  /// The reaction to a client.
  enum Behaviour: Sendable {
    /// Sends messages with descriptors and closes the connection.
    case sends([(text: String, descriptors: [CInt])])
    /// Accepts the connection and sends nothing.
    case silent
    /// Does not accept the connection.
    case unresponsive
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
      if case .unresponsive = behaviour { isStopping.wait { $0 } }
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
        case .unresponsive: break
        }
      }
    }
  }

  /// The number of accepted connections.
  var clientCount: Int { accepted.read { $0 } }

  /// Ends the VMM; the name of its socket remains.
  func stop() {
    isStopping.update { $0 = true }
    _ = try? UnixSocket.connect(to: path, .messages)
    thread.join()
  }
}
