import LinuxSystem
import Synchronization

/// Hands a publisher's table to readers over a socket, and knows who reads.
///
/// A thread of its own: it waits for readers and, between them, says that the publisher runs. It
/// never waits for one reader: what a reader does not take is dropped, and what a reader asked for
/// ends with its connection, also by SIGKILL.
final class Broker: Sendable {
  private let core: PublisherCore
  private let signal: BrokerSignal
  private let thread: SystemThread
  private let path: String
  /// The socket's file, told from one that somebody else puts in its place.
  private let file: FileStatus

  /// Listens at `path`, where the caller holds the claim.
  ///
  /// A socket that a dead publisher left there goes; anything else is in the way.
  init(_ core: PublisherCore, at path: String, heartbeat: UInt64) throws(TableError) {
    if let left = try? FileStatus(path), left.isSocket { removeFile(path) }
    let signal: BrokerSignal
    let loop: BrokerLoop
    do throws(SystemError) {
      let socket = try UnixSocket.listen(at: path, .messages)
      // Who may read is decided by the directory: statistics need no privilege.
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
    core.whenChanged.withLock { $0 = signal }
  }

  /// Ends the thread and closes all connections.
  func stop() {
    core.whenChanged.withLock { $0 = nil }
    signal.end()
    thread.join()
    if let now = try? FileStatus(path), now.isSame(as: file) { removeFile(path) }
  }
}
