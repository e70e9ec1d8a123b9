import Glibc
import LinuxSystem
import RRDStats
import Statistics
import StatsInput
import StatsTree
import Synchronization
import TestSupport

/// A directory of plugins' files, an input that reads it, and simulated clocks.
final class Plugins {
  /// 1,000 s after boot, and the timestamp of the example: 1,700,000,000.25 s after 1970.
  static let start = Timestamp(
    monotonic: 1_000_000_000_000, realtime: 1_700_000_000_250_000_000)

  private final class Time: Sendable {
    let now = Mutex(Plugins.start)
  }

  let path: String
  let tree = Tree()
  let input: RRDInput
  let sampler: Sampler
  private let time = Time()

  init(at path: String? = nil) throws {
    var template = Array("/dev/shm/vitals-rrdd-XXXXXX".utf8CString)
    let isCreated = unsafe template.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return false }
      return unsafe mkdtemp(start) != nil
    }
    guard isCreated else { throw SystemError(call: "mkdtemp", object: "/dev/shm", code: errno) }
    self.path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    var options = RRDInput.Options()
    options.directory = path ?? self.path
    let time = time
    options.clocks = { time.now.withLock { $0 } }
    input = RRDInput(tree, options: options)
    sampler = Sampler(tree)
  }

  deinit {
    for name in (try? directoryEntries(path)) ?? [] { removeFile("\(path)/\(name)") }
    removeEmptyDirectory(path)
  }

  /// Advances both clocks.
  func elapse(seconds: Double) {
    time.now.withLock {
      $0.monotonic += UInt64(seconds * 1e9)
      $0.realtime += UInt64(seconds * 1e9)
    }
  }

  /// Creates a file as plugins do: with a temporary name until it is complete.
  func publish(_ bytes: [UInt8], as name: String, mode: UInt32 = 0o600) throws {
    let new = "\(path)/\(name).tmp"
    removeFile(new)
    try Descriptor.createNew(new, mode: mode).write(bytes)
    try setMode(of: new, to: mode)
    try renameFile(new, to: "\(path)/\(name)")
  }

  /// Overwrites a file in place.
  func change(_ bytes: [UInt8], of name: String) throws {
    try Descriptor.openForWriting("\(path)/\(name)").write(bytes)
  }

  /// Refreshes the input and samples.
  @discardableResult
  func pass() -> [InputEvent] {
    let events = input.refresh()
    sampler.pass()
    return events
  }

  func source(_ path: String) -> Source? { tree.root.child("rrdd").flatMap { find(path, $0) } }

  private func find(_ path: String, _ source: Source) -> Source? {
    path.split(separator: "/").reduce(source) { $0?.child(String($1)) }
  }

  func entry(_ path: String) -> Plan.Entry? {
    sampler.plan.entries.first { $0.source.path == "rrdd/\(path)" }
  }

  func status(_ path: String) -> Status? { entry(path).map { sampler.status(of: $0) } }

  /// Returns the values of a source in schema order; inactive values are `nil`.
  func words(_ path: String) -> [UInt64?] {
    guard let entry = entry(path) else { return [] }
    return entry.group.schema.statistics.map { sampler.value($0, of: entry) }
  }
}
