import Glibc
import LinuxSystem
import Synchronization

/// A QEMU's monitor, played by a thread: one client at a time, and as healthy as it is told.
final class FakeMonitor: Sendable {
  /// What it does to its clients.
  enum Behaviour: Sendable {
    case healthy
    /// Takes no client, as when another one holds it.
    case silent
    /// Answers the statistics so many milliseconds late.
    case late(Int)
    /// Sends half of the first answer with statistics, and the rest so much later.
    case half(Int)
    /// Ends the connection instead of an answer.
    case closes
    case garbage
    /// Refuses query-stats.
    case refuses
  }

  struct State: Sendable {
    var behaviour = Behaviour.healthy
    var exits: UInt64 = 1000
    var vcpuCount = 2
    /// Clients that were greeted, and those of them that are gone.
    var clients = 0
    var leavers = 0
    var commands: [String] = []
    var isOver = false
  }

  let path: String
  private let listener: UnixSocket
  private let state: Mutex<State>
  private let thread: Mutex<SystemThread?> = Mutex(nil)

  init(_ name: String, _ behaviour: Behaviour = .healthy) throws {
    path = "/tmp/vitals-qmp-\(getpid())-\(name).sock"
    state = Mutex(State(behaviour: behaviour))
    unsafe unlink(path)
    listener = try UnixSocket.listen(at: path, .stream)
    let started = try SystemThread(name: name) { [self] in serve() }
    thread.withLock { $0 = started }
  }

  /// Ends the thread and removes the socket.
  func stop() {
    update { $0.isOver = true }
    thread.withLock {
      $0?.join()
      $0 = nil
    }
    unsafe unlink(path)
  }

  func update(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

  var now: State { state.withLock { $0 } }

  /// Waits, at most 5 s, until something is true of the state.
  func wait(until condition: (State) -> Bool) -> Bool {
    for _ in 0..<1000 {
      if condition(now) { return true }
      usleep(5000)
    }
    return false
  }

  private func serve() {
    while !now.isOver {
      if case .silent = now.behaviour {
        usleep(5000)
        continue
      }
      guard listener.waitForInput(milliseconds: 5), let client = try? listener.accept() else {
        continue
      }
      talk(to: client)
    }
  }

  private func talk(to client: borrowing UnixSocket) {
    guard (try? client.send(Array((Transcript.greeting + "\r\n").utf8))) != nil else { return }
    update { $0.clients += 1 }
    defer { update { $0.leavers += 1 } }
    var pending: [UInt8] = []
    while !now.isOver {
      guard client.waitForInput(milliseconds: 5) else { continue }
      guard let message = try? client.receive(limit: 4096) else { return }
      let bytes = message.bytes
      if bytes.isEmpty { return }
      pending += bytes
      while let end = pending.firstIndex(of: 0x0a) {
        let line = String(decoding: pending[..<end], as: UTF8.self)
        pending.removeSubrange(...end)
        guard answer(line, to: client) else { return }
      }
    }
  }

  /// Answers one command: false where the connection is to be ended.
  private func answer(_ line: String, to client: borrowing UnixSocket) -> Bool {
    let state = now
    guard let name = line.split(separator: "\"").dropFirst(3).first.map(String.init),
      let id = line.split(separator: "\"id\":").last.flatMap({ Int($0.prefix { $0.isNumber }) })
    else { return false }
    update { $0.commands.append(name) }
    let payload =
      switch name {
      case "query-name": #"{"name": "fake"}"#
      case "query-uuid": Transcript.noIdentity
      case "query-stats-schemas": Transcript.schemas
      case "query-cpus-fast": Transcript.vcpus(state.vcpuCount)
      case "query-stats" where line.contains("vcpu"):
        Transcript.vcpuValues(state.vcpuCount, exits: state.exits)
      case "query-stats": Transcript.vmValues(pages: state.exits)
      default: "{}"
      }
    var text = Transcript.event + "\r\n" + Transcript.answer(payload, id: id) + "\r\n"
    if name == "query-stats" {
      switch state.behaviour {
      case .healthy, .silent: break
      case .late(let milliseconds): pause(milliseconds)
      case .half(let milliseconds):
        let half = Array(text.utf8.prefix(text.utf8.count / 2))
        guard (try? client.send(half)) != nil else { return false }
        text.removeFirst(half.count)
        pause(milliseconds)
      case .closes: return false
      case .garbage: text = "Segmentation fault\n"
      case .refuses: text = Transcript.refusal("GenericError", "no statistics now", id: id)
      }
    }
    return (try? client.send(Array(text.utf8))) != nil
  }

  private func pause(_ milliseconds: Int) {
    var rest = milliseconds
    while rest > 0, !now.isOver {
      usleep(5000)
      rest -= 5
    }
  }
}

extension FakeMonitor {
  /// A client that stays, as libvirt does.
  func hold() -> UnixSocket? {
    try? UnixSocket.connect(to: path, .stream)
  }
}
