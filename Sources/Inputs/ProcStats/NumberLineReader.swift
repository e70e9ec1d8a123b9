import Glibc
import LinuxSystem
import Statistics
import StatsTree

/// Reads kernel files that begin with a line of decimal numbers.
///
/// The numbers of each file become one record of the snapshot, with one number per word.
///
/// The files remain open, so that a sample takes one pread(2) per file. The reader ignores the
/// bytes after the numbers.
struct NumberLineReader {
  private let files = DescriptorTable()
  private var bytes = [UInt8](repeating: 0, count: 128)

  /// Opens a file and returns its token (the id of the file in this reader).
  func open(_ path: String) throws(SystemError) -> Int {
    files.insert(try Descriptor.open(path))
  }

  /// Closes a file.
  func close(_ token: Int) {
    files.remove(token)
  }

  /// Reads the numbers of each file into the words of its record.
  ///
  /// - Precondition: A record has at most 8 words.
  /// - Parameters:
  ///   - placements: The records to fill.
  ///   - snapshot: The buffer that contains the records.
  ///   - hasEnded: Receives the first number of a file. Returns `true` if this number shows that
  ///     the object of the file, such as a thread, has ended.
  mutating func sample(
    _ placements: [Placement], into snapshot: inout Snapshot,
    hasEnded: (UInt64) -> Bool = { _ in false }
  ) {
    var begin = monotonicNanoseconds()
    var numbers: [8 of UInt64] = .init(repeating: 0)
    // Loop over indices, because an iterator allocates memory for each element in debug builds.
    for index in placements.indices {
      let placement = placements[index]
      let count = files.read(placement.token, into: &bytes)
      let end = monotonicNanoseconds()
      if count < 0 {
        // The object has ended, or the token was closed.
        let isGone = count == -Int(ESRCH) || count == -Int(EBADF)
        snapshot.fail(placement, isGone ? .gone : .denied(code: Int32(-count)))
      } else if !parse(count, placement.count, &numbers) {
        snapshot.fail(placement, .denied(code: EBADMSG))
      } else if hasEnded(numbers[0]) {
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

  /// Parses the numbers of the first line of `bytes`.
  ///
  /// - Returns: `false` if the line has fewer than `wordCount` numbers.
  private func parse(_ count: Int, _ wordCount: Int, _ numbers: inout [8 of UInt64]) -> Bool {
    var scanner = TextScanner(to: count)
    for index in 0..<wordCount {
      guard let number = scanner.number(bytes) else { return false }
      numbers[index] = number
    }
    return true
  }
}
