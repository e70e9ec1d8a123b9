import Glibc
import LinuxSystem
import Statistics
import StatsTree

/// Kernel files that begin with a line of numbers, each kept open and read as one record.
///
/// A sample is one pread(2) for each file. What stands behind the numbers is left alone.
struct NumberLineReader {
  private let files = DescriptorTable()
  private var bytes = [UInt8](repeating: 0, count: 128)

  /// Begins to read a file: its token.
  func open(_ path: String) throws(SystemError) -> Int {
    files.insert(try Descriptor.open(path))
  }

  /// Ends to read a file.
  func close(_ token: Int) {
    files.remove(token)
  }

  /// Reads the numbers of each file into the words of its record.
  ///
  /// - Precondition: a record has at most 8 words.
  /// - Parameters:
  ///   - placements: the records.
  ///   - snapshot: where they lie.
  ///   - isOver: whether the file's first number says that what it is about has ended.
  mutating func sample(
    _ placements: [Placement], into snapshot: inout Snapshot,
    isOver: (UInt64) -> Bool = { _ in false }
  ) {
    var begin = monotonicNanoseconds()
    var numbers: [8 of UInt64] = .init(repeating: 0)
    // By index: unoptimized, an iterator allocates for each element.
    for index in placements.indices {
      let placement = placements[index]
      let count = files.read(placement.token, into: &bytes)
      let end = monotonicNanoseconds()
      if count < 0 {
        // What it is about has ended, or the token was closed.
        let isGone = count == -Int(ESRCH) || count == -Int(EBADF)
        snapshot.fail(placement, isGone ? .gone : .denied(code: Int32(-count)))
      } else if !scan(count, placement.count, &numbers) {
        snapshot.fail(placement, .denied(code: EBADMSG))
      } else if isOver(numbers[0]) {
        snapshot.fail(placement, .gone)
      } else {
        snapshot.fill(placement) { record in
          for word in record.indices { record[word] = numbers[word] }
        }
        snapshot.finish(placement, Window(begin: begin, end: end))
      }
      begin = end
    }
  }

  /// Takes so many numbers: false where the line has fewer.
  private func scan(_ count: Int, _ wanted: Int, _ numbers: inout [8 of UInt64]) -> Bool {
    var scanner = TextScanner(to: count)
    for index in 0..<wanted {
      guard let number = scanner.number(bytes) else { return false }
      numbers[index] = number
    }
    return true
  }
}
