import FUSE
import Glibc
import LinuxSystem
import Statistics
import StatsChecks

// Checks of the rules that concern a single file.
extension MountWalk {
  mutating func checkMode(
    _ path: String, _ status: FileStatus, _ statistic: Statistic?
  ) throws(SystemError) {
    let mode = status.mode & 0o7777
    let words = "\(name(path)) has mode 0\(String(mode, radix: 8))"
    guard mode == 0o644 else {
      log.check(.files, status.isRegular && mode == 0o444, words)
      if mode == 0o444 { try checkWriteRejected(path) }
      return
    }
    let isOwn = path.split(separator: "/").last?.hasPrefix(".") == true
    let canBegin =
      switch statistic?.kind {
      case .cumulative, .peak, .linearHistogram, .logHistogram, nil: !isOwn
      default: false
      }
    let kind = statistic.map { " and kind \($0.kind)" } ?? ""
    log.check(.files, status.isRegular && canBegin, words + kind)
  }

  /// Checks that a read-only file cannot be opened for writing.
  ///
  /// Writes nothing.
  private mutating func checkWriteRejected(_ path: String) throws(SystemError) {
    progress.step("open \(path)")
    do throws(SystemError) {
      _ = try Descriptor.openForWriting(path)
      log.check(.readOnly, "\(name(path)) was opened")
    } catch {
      guard !MountPoint.isDisconnection(error.code) else { throw error }
      switch error.code {
      case EACCES, EPERM, EROFS: log.check(.readOnly, nil)
      default: log.record(error, .readOnly, name(path))
      }
    }
  }

  /// Reads a file, compares the number of its bytes with the size from fstat(2), and returns the
  /// bytes.
  @discardableResult
  mutating func checkSize(_ path: String) throws(SystemError) -> [UInt8]? {
    var bytes: [UInt8] = []
    var problem: String?
    for round in 0..<Self.maximumAttempts {
      if round > 0 { sleepNanoseconds(Self.retryDelay) }
      guard
        let found = try attempt(
          .sizes, path,
          { () throws(SystemError) in
            let file = try MountFile.open(path)
            let before = try file.descriptor.byteCount()
            let bytes = try file.whole()
            // The value might have changed between the first fstat(2) and the read, so get the size
            // again.
            let isMoved = bytes.count != before
            return (bytes: bytes, size: isMoved ? try file.descriptor.byteCount() : before)
          })
      else { return nil }
      bytes = found.bytes
      problem =
        found.size == bytes.count
        ? nil : "\(name(path)) has \(bytes.count) bytes and a size of \(found.size)"
      if problem == nil { break }
    }
    log.check(.sizes, problem)
    return bytes
  }

  /// Reads a value twice from the beginning of one descriptor, and once byte by byte from a second
  /// descriptor.
  mutating func checkRereading(
    _ path: String, _ statistic: Statistic?
  ) throws(SystemError) {
    guard
      let texts = try attempt(
        .rereading, path,
        { () throws(SystemError) in
          let file = try MountFile.open(path)
          let first = MountText(try file.whole())
          let bytes = MountText(try MountFile.open(path).whole(step: 1))
          return [first, bytes, MountText(try file.whole())]
        })
    else { return }
    var problems = texts.map { $0.problem(as: statistic) }
    if texts[2].text.isEmpty, !texts[0].text.isEmpty { problems[2] = "empty text" }
    if let before = texts[0].number, let between = texts[1].number, let after = texts[2].number,
      statistic?.kind == .cumulative, before <= after, between < before || between > after
    {
      problems[1] = "\(between) is not between \(before) and \(after)"
    }
    log.check(.rereading, problems[2].map { "\(name(path)): \($0)" })
    log.check(.bytes, problems[1].map { "\(name(path)): \($0)" })
  }

  // MARK: - The mount's own files

  mutating func checkFacts(_ listing: MountListing) throws(SystemError) {
    for (file, minimumLineCount) in [(".status", 1), (".labels", 0)] where listing.has(file) {
      let path = listing.path(file)
      guard let bytes = try read(path, .facts) else { continue }
      let text = String(decoding: bytes, as: UTF8.self)
      let lines = text.split(separator: "\n")
      var isRight = (text.isEmpty || text.last == "\n") && lines.count >= minimumLineCount
      if file == ".status" {
        isRight = isRight && lines.first?.contains(" ") == false
      } else {
        isRight = isRight && lines.allSatisfy { $0.contains(" ") && $0.first != " " }
      }
      log.check(.facts, isRight, "\(name(path)): '\(lines.first ?? "")'")
    }
  }

  mutating func checkTable(_ listing: MountListing) throws(SystemError) {
    guard listing.has(".table") else { return log.skip(.table, "no .table") }
    let path = listing.path(".table")
    guard
      let start = try attempt(
        .table, path,
        { () throws(SystemError) in
          let file = try MountFile.open(path)
          var start = [UInt8](repeating: 0, count: 8)
          return Array(start[..<(try file.descriptor.read(into: &start, at: 0))])
        })
    else { return }
    guard start.starts(with: Array("VITALS".utf8)) else {
      return log.check(.table, "\(name(path)) does not begin with VITALS")
    }
    progress.step("check \(path)")
    log.check(.table, Self.failure(in: formats.table(path)).map { "\(name(path)): \($0)" })
  }

  mutating func read(_ path: String, _ rule: MountRule) throws(SystemError) -> [UInt8]? {
    try attempt(rule, path) { () throws(SystemError) in try MountFile.open(path).whole() }
  }

  /// Returns the first violation in the findings of another check.
  static func failure(in findings: [Finding]) -> String? {
    for finding in findings {
      if case .fail(let reason) = finding.outcome {
        return "\(finding.check) \(finding.rule): \(reason)"
      }
    }
    return nil
  }
}
