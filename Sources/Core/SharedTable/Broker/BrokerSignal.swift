import LinuxSystem
import Synchronization

/// Wakes a broker's thread from other threads, to report changed blocks or to request a stop.
final class BrokerSignal: Sendable {
  private let pipe: Pipe
  private let hasChanged = Atomic(false)
  private let isEnding = Atomic(false)

  init() throws(SystemError) {
    pipe = try Pipe()
  }

  /// The number of the descriptor to poll.
  ///
  /// poll(2) reports the descriptor as readable while a signal is pending.
  var rawValue: CInt { pipe.reader.rawValue }

  /// Reports that blocks changed.
  ///
  /// Several changes wake the thread only once until the thread runs.
  func notifyChange() {
    if !hasChanged.exchange(true, ordering: .acquiringAndReleasing) {
      writeByte(to: pipe.writer.rawValue)
    }
  }

  /// Asks the thread to end.
  func requestStop() {
    isEnding.store(true, ordering: .releasing)
    writeByte(to: pipe.writer.rawValue)
  }

  var isStopping: Bool { isEnding.load(ordering: .acquiring) }

  /// Returns whether blocks changed since the last call.
  func consumeChange() -> Bool {
    hasChanged.exchange(false, ordering: .acquiringAndReleasing)
  }

  /// Discards the bytes that woke the thread.
  func drain() {
    var bytes = [UInt8](repeating: 0, count: 64)
    _ = try? pipe.reader.read(into: &bytes)
  }
}
