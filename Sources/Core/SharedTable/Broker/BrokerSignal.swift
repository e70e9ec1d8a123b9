import LinuxSystem
import Synchronization

/// What others tell a broker's thread: that blocks changed, or that it shall end.
final class BrokerSignal: Sendable {
  private let pipe: Pipe
  private let hasChanged = Atomic(false)
  private let isEnding = Atomic(false)

  init() throws(SystemError) {
    pipe = try Pipe()
  }

  /// The descriptor's number, readable where there is something to hear.
  var rawValue: CInt { pipe.reader.rawValue }

  /// Blocks changed; changes before the thread hears of it go with this one.
  func change() {
    if !hasChanged.exchange(true, ordering: .acquiringAndReleasing) {
      writeByte(to: pipe.writer.rawValue)
    }
  }

  /// The thread shall end.
  func end() {
    isEnding.store(true, ordering: .releasing)
    writeByte(to: pipe.writer.rawValue)
  }

  var shallEnd: Bool { isEnding.load(ordering: .acquiring) }

  /// Whether blocks changed since the last time.
  func takeChange() -> Bool {
    hasChanged.exchange(false, ordering: .acquiringAndReleasing)
  }

  /// Takes what woke the thread.
  func drain() {
    var bytes = [UInt8](repeating: 0, count: 64)
    _ = try? pipe.reader.read(into: &bytes)
  }
}
