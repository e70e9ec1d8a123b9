import Glibc
public import LinuxSystem

/// A temporary directory that simulates proc(5), sysfs(5), `/dev` and the handover directory.
public final class FakeSystem: Sendable {
  public let root: String

  public init() throws {
    var template = Array("/tmp/vitals-test-XXXXXX".utf8CString)
    let isCreated = unsafe template.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return false }
      return unsafe mkdtemp(start) != nil
    }
    guard isCreated else {
      throw SystemError(call: "mkdtemp", object: "/tmp", code: errno)
    }
    root = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    for name in ["proc", "sys", "dev", "run"] { try makeDirectory("\(root)/\(name)") }
  }

  deinit {
    Self.removeTree(root)
  }

  public var roots: SystemRoots {
    SystemRoots(
      proc: "\(root)/proc", sys: "\(root)/sys", dev: "\(root)/dev", handover: "\(root)/run")
  }

  /// Replaces the contents of a file in place, as the kernel does; creates its directories.
  public func write(_ text: String, to path: String) throws {
    let absolutePath = "\(root)/\(path)"
    try makeDirectory(Self.directory(of: absolutePath))
    try Descriptor.open(absolutePath, for: .create).write(Array(text.utf8))
  }

  /// Creates a symbolic link; the target need not exist.
  public func link(_ path: String, to target: String) throws {
    let absolutePath = "\(root)/\(path)"
    try makeDirectory(Self.directory(of: absolutePath))
    guard unsafe symlink(target, absolutePath) == 0 else {
      throw SystemError(call: "symlink", object: absolutePath, code: errno)
    }
  }

  public func remove(_ path: String) {
    Self.removeTree("\(root)/\(path)")
  }

  private static func directory(of path: String) -> String {
    String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
  }

  private static func removeTree(_ path: String) {
    if unsafe unlink(path) == 0 { return }
    for name in (try? directoryEntries(path)) ?? [] { removeTree("\(path)/\(name)") }
    unsafe rmdir(path)
  }
}

extension FakeSystem {
  /// Adds a process.
  ///
  /// - Parameters:
  ///   - pid: The process id.
  ///   - command: The name of the process and of its main thread.
  ///   - arguments: The command line.
  ///   - startTicks: The start time in clock ticks.
  ///   - descriptors: The link targets of open descriptors, by number.
  ///   - threads: The names of further threads, by thread id.
  /// - Throws: `SystemError` if a file cannot be written.
  public func addProcess(
    _ pid: Int32, command: String = "vmm", arguments: [String] = [], startTicks: UInt64 = 100,
    descriptors: [Int: String] = [:], threads: [Int32: String] = [:]
  ) throws {
    let fields = (4...21).map { "\($0)" }.joined(separator: " ")
    try write("\(pid) (\(command)) S \(fields) \(startTicks) 23 24\n", to: "proc/\(pid)/stat")
    try write("\(command)\n", to: "proc/\(pid)/comm")
    try write(arguments.map { $0 + "\0" }.joined(), to: "proc/\(pid)/cmdline")
    try makeDirectory("\(root)/proc/\(pid)/fd")
    for (number, name) in descriptors { try link("proc/\(pid)/fd/\(number)", to: name) }
    for (thread, name) in threads.merging([pid: command], uniquingKeysWith: { first, _ in first }) {
      try write("\(name)\n", to: "proc/\(pid)/task/\(thread)/comm")
      try write("\(thread) 2 3\n", to: "proc/\(pid)/task/\(thread)/schedstat")
    }
  }
}
