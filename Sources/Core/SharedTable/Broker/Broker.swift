import LinuxSystem
import Synchronization

/// Passes a publisher's table to readers over a socket and tracks the connected readers.
///
/// The broker runs on its own thread: it waits for readers and updates the heartbeat. It never
/// waits for a single reader: it drops messages that a reader does not receive. The demands of a
/// reader end with its connection, also after SIGKILL.
final class Broker: Sendable {
  private let core: PublisherCore
  private let signal: BrokerSignal
  private let thread: SystemThread
  private let path: String
  /// The identity of the socket's file, to recognise a file that replaced it.
  private let file: FileStatus

  /// Listens at `path`; the caller holds the claim of the name.
  ///
  /// Removes a socket that a dead publisher left there. Any other file is an error.
  init(_ core: PublisherCore, at path: String, heartbeat: UInt64) throws(TableError) {
    if let existing = try? FileStatus(path), existing.isSocket { removeFile(path) }
    let signal: BrokerSignal
    let loop: BrokerLoop
    do throws(SystemError) {
      let socket = try UnixSocket.listen(at: path, .messages)
      // The permissions of the directory control access; reading statistics needs no privilege.
      try setMode(of: path, to: 0o666)
      file = try FileStatus(path)
      signal = try BrokerSignal()
      loop = try BrokerLoop(core, socket, signal, heartbeat: heartbeat)
      thread = try SystemThread(name: "vitals-broker") { loop.run() }
    } catch {
      throw .system(error)
    }
    self.core = core
    self.signal = signal
    self.path = path
    core.changeSignal.withLock { $0 = signal }
  }

  /// Ends the thread and closes all connections.
  func stop() {
    core.changeSignal.withLock { $0 = nil }
    signal.requestStop()
    thread.join()
    if let current = try? FileStatus(path), current.isSame(as: file) { removeFile(path) }
  }
}
