import StatsTree
import Synchronization

/// A record of a program in another language: bytes at an address that other threads write.
final class Bytes: Sendable {
  private let bytes: Mutex<[UInt8]>

  init(_ count: Int) {
    bytes = Mutex([UInt8](repeating: 0, count: count))
  }

  /// Writes the low bytes of a word.
  func store(_ word: UInt64, _ width: RecordWidth, at offset: Int) {
    bytes.withLock { bytes in
      for step in 0..<width.byteCount {
        bytes[offset + step] = UInt8(truncatingIfNeeded: word >> (8 * UInt64(step)))
      }
    }
  }

  func shorten(to count: Int) {
    bytes.withLock { $0.removeLast($0.count - count) }
  }

  func read(_ body: (Span<UInt8>) -> Void) {
    bytes.withLock { body($0.span) }
  }

  func write(_ body: (inout MutableSpan<UInt8>) -> Void) {
    bytes.withLock { bytes in
      var span = bytes.mutableSpan
      body(&span)
    }
  }
}

/// Returns a backing for records of bytes, which can be cleared if `isClearable` is `true`.
func backed(
  by fields: [RecordField<Bytes>], isClearable: Bool = true
) -> RecordBacking<Bytes> {
  let writing: RecordBacking<Bytes>.Writing = { $0.write($1) }
  return RecordBacking(
    fields, reading: { $0.read($1) }, writing: isClearable ? writing : nil)
}
