import LinuxSystem
import Synchronization

/// Passes a publisher's table to readers over a socket and tracks the connected readers.
///
/// The broker has its own thread, which answers readers and updates the heartbeat. The thread never
/// waits for a reader. If the buffer of a reader's socket is full, the broker discards the messages
/// for this reader. When the connection of a reader ends, the broker disables the groups that the
/// reader had enabled. This also works after SIGKILL.
final class Broker: Sendable {
  private let core: PublisherCore
  private let signal: BrokerSignal
  private let thread: SystemThread
  private let path: String
  /// The identity of the socket's file.
  ///
  /// The identity shows whether another file has replaced the socket.
  private let file: FileStatus

  /// Listens at `path`.
  ///
  /// Removes a socket of a dead publisher at this path. Any other file at the path is an error.
  ///
  /// - Precondition: The caller holds the `NameClaim` of the publisher's name, so that no other
  ///   process publishes under this name.
  init(_ core: PublisherCore, at path: String, heartbeat: UInt64) throws(TableError) {
    if let existing = try? FileStatus(path), existing.isSocket { removeFile(path) }
    let signal: BrokerSignal
    let loop: BrokerLoop
    do throws(SystemError) {
      let socket = try UnixSocket.listen(at: path, .messages)
      // Everyone who can search the directory can connect, because no privilege is necessary to
      // read statistics.
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
