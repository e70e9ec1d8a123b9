import Glibc
public import LinuxSystem
public import Statistics
public import StatsTree

/// Reads kernel files whose lines name their values: cgroup `cpu.stat` and pressure files.
///
/// `open` reads the schema from the file. Files remain open, so that a sample takes one pread(2)
/// per file. If a line disappears later, its value becomes inactive (marked as missing). Sources:
/// kernel documents `admin-guide/cgroup-v2.rst` and `accounting/psi.rst`.
public final class TextFileBacking: Backing {
  /// The form of the lines of a file.
  public enum Form: Sendable {
    /// `usage_usec 123`
    case keyed
    /// `some avg10=0.00 avg60=0.00 avg300=0.00 total=123`
    case pressure
  }

  /// The only field of a pressure line that is read.
  ///
  /// The averages over fixed times are not needed.
  private static let total = Array("total=".utf8)

  private struct File {
    let form: Form
    let keys: [[UInt8]]
  }

  private let descriptors = DescriptorTable()
  private var files: [File] = []
  private var bytes = [UInt8](repeating: 0, count: 16_384)

  public init() {}

  /// Opens a file, and returns the token of its group (the id in this backing) and the schema.
  public func open(
    _ path: String, _ form: Form
  ) throws(SystemError) -> (token: Int, schema: Schema) {
    let descriptor = try Descriptor.open(path)
    // On some kernels the file exists but reading it fails, because PSI can be disabled at boot.
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

  /// Closes a file.
  public func close(_ token: Int) {
    descriptors.remove(token)
  }

  /// Creates a statistic.
  ///
  /// The end of its name determines the unit; a name without a unit is a count.
  private static func statistic(_ key: String, _ form: Form) -> Statistic {
    switch form {
    case .pressure:
      Statistic("\(key)_total_usec", .cumulative, unit: .seconds, scale: .micro)
    case .keyed where key.hasSuffix("_usec"):
      Statistic(key, .cumulative, unit: .seconds, scale: .micro)
    case .keyed where key.hasSuffix("_time"):
      // cgroup v1 counts nanoseconds.
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
        // The cgroup was removed, or the token was closed.
        let isGone = count == -Int(ENODEV) || count == -Int(EBADF)
        snapshot.fail(placement, isGone ? .gone : .denied(code: Int32(-count)))
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
        // Lines keep their order, so a search is needed only if a line was added or removed.
        if let key = key(of: file, at: &scanner, expected) {
          let isTotal = file.form == .keyed || scanner.skip(past: Self.total, bytes)
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
      if scanner.skip(word: file.keys[key], bytes) { return key }
    }
    return nil
  }
}

extension TextScanner {
  /// Skips the bytes up to and including `name`, if a later field in this line starts with `name`.
  ///
  /// - Returns: `false` if there is no such field.
  mutating func skip(past name: [UInt8], _ bytes: [UInt8]) -> Bool {
    while skip(past: UInt8(ascii: " "), bytes) {
      if skip(prefix: name, bytes) { return true }
    }
    return false
  }
}
