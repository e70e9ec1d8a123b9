import Glibc
public import LinuxSystem
public import Statistics
public import StatsTree

/// Kernel files of lines that name their values: cgroup `cpu.stat`, and pressure files.
///
/// The schema is read from the file when it is opened. Files stay open: a sample is one pread(2).
/// A line that vanishes later leaves its value inactive. Sources: kernel documents
/// `admin-guide/cgroup-v2.rst` and `accounting/psi.rst`.
public final class TextFileBacking: Backing {
  /// How a line names its value.
  public enum Form: Sendable {
    /// `usage_usec 123`
    case keyed
    /// `some avg10=0.00 avg60=0.00 avg300=0.00 total=123`
    case pressure
  }

  /// What stands before the sum of a pressure line: averages over less than a sample are of no use.
  private static let total = Array("total=".utf8)

  private struct File {
    let form: Form
    let keys: [[UInt8]]
  }

  private let descriptors = DescriptorTable()
  private var files: [File] = []
  private var bytes = [UInt8](repeating: 0, count: 16_384)

  public init() {}

  /// Begins to read a file: the token of its group and its schema.
  public func open(
    _ path: String, _ form: Form
  ) throws(SystemError) -> (token: Int, schema: Schema) {
    let descriptor = try Descriptor.open(path)
    // Some kernels have the file and refuse to read it: PSI may be switched off at boot.
    let count = try descriptor.read(into: &bytes, at: 0)
    var keys: [String] = []
    var scanner = TextScanner(to: count)
    while !scanner.isAtEnd {
      let key = scanner.word(bytes)
      if !key.isEmpty { keys.append(key) }
      scanner.skipLine(bytes)
    }
    let statistics = keys.map { Self.statistic($0, form) }
    let token = descriptors.insert(descriptor)
    let file = File(form: form, keys: keys.map { Array($0.utf8) })
    if token < files.count { files[token] = file } else { files.append(file) }
    return (token, Schema(packing: statistics))
  }

  /// Ends to read a file.
  public func close(_ token: Int) {
    descriptors.remove(token)
  }

  /// The kernel puts the unit into the name; a value without one is a count.
  private static func statistic(_ key: String, _ form: Form) -> Statistic {
    switch form {
    case .pressure:
      Statistic("\(key)_total_usec", .cumulative, unit: .seconds, scale: .micro)
    case .keyed where key.hasSuffix("_usec"):
      Statistic(key, .cumulative, unit: .seconds, scale: .micro)
    case .keyed where key.hasSuffix("_time"):
      // cgroup v1.
      Statistic(key, .cumulative, unit: .seconds, scale: .nano)
    case .keyed:
      Statistic(key, .cumulative)
    }
  }

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    for placement in placements {
      let begin = monotonicNanoseconds()
      let count = descriptors.read(placement.token, into: &bytes)
      let end = monotonicNanoseconds()
      if count < 0 {
        // A removed cgroup, or a closed token.
        let isOver = count == -Int(ENODEV) || count == -Int(EBADF)
        snapshot.fail(placement, isOver ? .gone : .denied(code: Int32(-count)))
        continue
      }
      store(files[placement.token], count, placement, into: &snapshot)
      snapshot.finish(placement, Window(begin: begin, end: end))
    }
  }

  private func store(
    _ file: File, _ count: Int, _ placement: Placement, into snapshot: inout Snapshot
  ) {
    snapshot.fill(placement) { record in
      for word in record.indices { record[word] = Inactive.unsigned }
      var scanner = TextScanner(to: count)
      var expected = 0
      while !scanner.isAtEnd {
        // Lines keep their order; a search is needed only where one came or went.
        if let key = key(of: file, at: &scanner, expected) {
          let isTotal = file.form == .keyed || scanner.skip(behind: Self.total, bytes)
          if isTotal, let value = scanner.number(bytes) { record[key] = value }
          expected = key + 1
        }
        scanner.skipLine(bytes)
      }
    }
  }

  private func key(of file: File, at scanner: inout TextScanner, _ expected: Int) -> Int? {
    for step in file.keys.indices {
      let key = (expected + step) % file.keys.count
      if scanner.take(file.keys[key], bytes) { return key }
    }
    return nil
  }
}

extension TextScanner {
  /// Moves behind the next field of this line that begins with `name`: false where there is none.
  mutating func skip(behind name: [UInt8], _ bytes: [UInt8]) -> Bool {
    while skip(behind: UInt8(ascii: " "), bytes) {
      if take(prefix: name, bytes) { return true }
    }
    return false
  }
}
