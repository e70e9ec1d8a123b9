import Statistics
import StatsTree
import Synchronization

/// A subsystem that counts in its own memory, in bytes that other code writes, too.
final class Port: Sendable {
  static let byteCount = 13
  let bytes = Mutex([UInt8](repeating: 0, count: byteCount))
  let celsius = Atomic<Int32>(21)

  func receive() {
    bytes.withLock { $0[0] += 1 }
  }
}

/// Returns the statistics of ports, read in place.
func portRecords() -> RecordBacking<Port> {
  RecordBacking(
    [
      RecordField("packets", .u64, at: 0),
      RecordField("queue", .u32, at: 8, .instant),
      RecordField("isUp", .bool, at: 12),
      RecordField("heat", .instant) { $0.celsius.load(ordering: .relaxed) },
    ],
    reading: { port, read in port.bytes.withLock { read($0.span) } })
}
