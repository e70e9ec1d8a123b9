import Glibc
import LinuxSystem
import Synchronization

/// A thread that simulates a QEMU monitor, which serves one client at a time.
final class FakeMonitor: Sendable {
  /// How the monitor treats its clients.
  enum Behaviour: Sendable {
    case healthy
    /// Accepts no client, like a monitor that serves another one.
    case silent
    /// Delays each answer to query-stats by this number of milliseconds.
    case late(Int)
    /// Sends half of an answer to query-stats, and the rest this number of milliseconds later.
    case half(Int)
    /// Closes the connection instead of answering query-stats.
    case closes
    case garbage
    /// Answers query-stats with an error.
    case refuses
  }

  struct State: Sendable {
    var behaviour = Behaviour.healthy
    var exits: UInt64 = 1000
    var vcpuCount = 2
    /// The number of clients that connected, and of those that disconnected.
    var connectedCount = 0
    var disconnectedCount = 0
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

  /// Stops the thread and removes the socket.
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

  /// Waits at most 5 s for a condition of the state.
  ///
  /// - Returns: `true` if the condition was met.
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
      serve(client)
    }
  }

  private func serve(_ client: borrowing UnixSocket) {
    guard (try? client.send(Array((Transcript.greeting + "\r\n").utf8))) != nil else { return }
    update { $0.connectedCount += 1 }
    defer { update { $0.disconnectedCount += 1 } }
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

  /// Answers one command.
  ///
  /// - Returns: `false` if the connection must be closed.
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
      case .refuses: text = Transcript.error("GenericError", "no statistics now", id: id)
      }
    }
    return (try? client.send(Array(text.utf8))) != nil
  }

  private func pause(_ milliseconds: Int) {
    var remaining = milliseconds
    while remaining > 0, !now.isOver {
      usleep(5000)
      remaining -= 5
    }
  }
}

extension FakeMonitor {
  /// Connects a client that remains connected, as libvirt does.
  func connectClient() -> UnixSocket? {
    try? UnixSocket.connect(to: path, .stream)
  }
}
