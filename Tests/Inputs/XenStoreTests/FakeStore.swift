import Glibc
import LinuxSystem
import Synchronization

/// A simulated xenstored: a thread that serves one client at a time with a given behaviour.
final class FakeStore: Sendable {
  /// The behaviour towards clients.
  enum Behaviour: Sendable {
    case healthy
    /// Sends each reply byte by byte.
    case torn
    /// Receives requests and sends no replies.
    case silent
    /// Sends replies with a delay in milliseconds.
    case late(UInt32)
    /// Sends single bytes of a reply that it never completes.
    case trickling
    /// Sends endless events instead of a reply.
    case flooding
    /// Closes the connection instead of sending a reply.
    case closes
    /// Sends these bytes instead of a reply.
    case sends([UInt8])
    /// Rejects watches.
    case rejectsWatches
  }

  struct State: Sendable {
    var behaviour = Behaviour.healthy
    var nodes: [String: String] = [:]
    var clients = 0
    /// The types of all requests.
    var requests: [UInt32] = []
    var fires = 0
    var isStopped = false
  }

  let path: String
  private let listener: UnixSocket
  private let state: Mutex<State>
  private let thread: Mutex<SystemThread?> = Mutex(nil)

  init(_ name: String, nodes: [String: String] = [:]) throws {
    path = "/tmp/vitals-store-\(getpid())-\(name).sock"
    state = Mutex(State(nodes: nodes))
    unsafe unlink(path)
    listener = try UnixSocket.listen(at: path, .stream)
    let started = try SystemThread(name: "store") { [self] in serve() }
    thread.withLock { $0 = started }
  }

  func stop() {
    update { $0.isStopped = true }
    thread.withLock {
      $0?.join()
      $0 = nil
    }
    unsafe unlink(path)
  }

  func update(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

  var now: State { state.withLock { $0 } }

  private func serve() {
    while !now.isStopped {
      guard listener.waitForInput(milliseconds: 2), let client = try? listener.accept() else {
        continue
      }
      update { $0.clients += 1 }
      serve(client)
    }
  }

  private func serve(_ client: borrowing UnixSocket) {
    var pending: [UInt8] = []
    var watches: [(path: [UInt8], token: [UInt8])] = []
    while !now.isStopped {
      if now.fires > 0 {
        update { $0.fires -= 1 }
        for watch in watches {
          let event = message(15, 0, watch.path + [0] + watch.token + [0])
          guard (try? client.send(event)) != nil else { return }
        }
      }
      guard client.waitForInput(milliseconds: 2) else { continue }
      guard let received = try? client.receive(limit: 4096), !received.bytes.isEmpty else {
        return
      }
      pending += received.bytes
      while pending.count >= 16, pending.count >= 16 + Int(number(pending, 12)) {
        let end = 16 + Int(number(pending, 12))
        let (type, request) = (number(pending, 0), number(pending, 4))
        let payload = Array(pending[16..<end])
        pending.removeSubrange(..<end)
        update { $0.requests.append(type) }
        let texts = payload.split(separator: 0).map { Array($0) }
        if type == 4 { watches.append((texts[0], texts[1])) }
        guard reply(type, request, texts, to: client) else { return }
      }
    }
  }

  private func reply(
    _ type: UInt32, _ request: UInt32, _ texts: [[UInt8]], to client: borrowing UnixSocket
  ) -> Bool {
    let state = now
    let path = String(decoding: texts.first ?? [], as: UTF8.self)
    var reply: [UInt8]
    switch type {
    case 4:
      // Like xenstored, send an event immediately.
      reply = message(4, request, Array("OK\0".utf8))
      reply += message(15, 0, texts[0] + [0] + texts[1] + [0])
    case 2 where state.nodes[path] != nil:
      reply = message(2, request, Array((state.nodes[path] ?? "").utf8))
    case 1:
      let below = state.nodes.keys.filter { $0.hasPrefix(path + "/") }
        .compactMap { $0.dropFirst(path.count + 1).split(separator: "/").first }
      let names = Set(below).sorted().map { $0 + "\0" }.joined()
      reply =
        names.isEmpty
        ? message(16, request, Array("ENOENT\0".utf8)) : message(1, request, Array(names.utf8))
    default: reply = message(16, request, Array("ENOENT\0".utf8))
    }
    switch state.behaviour {
    case .healthy: return (try? client.send(reply)) != nil
    case .torn: return reply.allSatisfy { (try? client.send([$0])) != nil }
    case .silent: return true
    case .late(let milliseconds):
      usleep(milliseconds * 1000)
      return (try? client.send(reply)) != nil
    case .closes: return false
    case .sends(let bytes): return (try? client.send(bytes)) != nil
    case .rejectsWatches:
      if type == 4 { reply = message(16, request, Array("EACCES\0".utf8)) }
      return (try? client.send(reply)) != nil
    case .trickling:
      for byte in reply.prefix(15) {
        guard !now.isStopped, (try? client.send([byte])) != nil else { return false }
        usleep(20_000)
      }
      return true
    case .flooding:
      let token = Array("@introduceDomain".utf8) + [0]
      let event = message(15, 0, token + token)
      while !now.isStopped {
        guard (try? client.send(event)) != nil else { return false }
      }
      return false
    }
  }

  private func number(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    (0..<4).reversed().reduce(0) { $0 << 8 | UInt32(bytes[offset + $1]) }
  }

  private func message(_ type: UInt32, _ request: UInt32, _ payload: [UInt8]) -> [UInt8] {
    Self.message(type, request, payload)
  }

  /// Encodes a message in little-endian order, the order of all hosts that run these tests.
  static func message(
    _ type: UInt32, _ request: UInt32, _ payload: [UInt8], transaction: UInt32 = 0,
    count: UInt32? = nil
  ) -> [UInt8] {
    [type, request, transaction, count ?? UInt32(payload.count)].flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
    } + payload
  }
}
