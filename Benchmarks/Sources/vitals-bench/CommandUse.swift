import CBench
import Glibc
import LinuxSystem

/// The CPU time and memory of one run of a command.
struct CommandUse {
  /// The share of a core after the start-up phase.
  let share: Double
  /// The peak resident memory.
  let megabytes: Double
  /// The CPU time of the start-up phase.
  let startSeconds: Double

  /// Runs a command on a terminal or with output to /dev/null, and kills it after `seconds`.
  ///
  /// The start-up phase lasts `startupSeconds`.
  init(
    _ program: String, _ arguments: [String], seconds: Int, startupSeconds: Int,
    terminal: (rows: CInt, columns: CInt)?
  ) throws {
    let output = try Output(terminal)
    let child = try ChildProcess(
      executable: program, arguments: arguments, output: output.descriptor,
      input: terminal == nil ? nil : output.descriptor.rawValue,
      variables: ["TERM=xterm-256color"])
    defer { child.kill() }
    let begin = monotonicNanoseconds()
    output.drain(until: begin + UInt64(startupSeconds) * 1_000_000_000 + 500_000_000)
    guard !child.hasExited else { throw MissingRequirementError("\(arguments[0]) ended at once") }
    let first = (try Self.runNanoseconds(child.pid), monotonicNanoseconds())
    output.drain(until: begin + UInt64(seconds) * 1_000_000_000 + 500_000_000)
    let last = (try Self.runNanoseconds(child.pid), monotonicNanoseconds())
    share = Double(last.0 - first.0) / Double(last.1 - first.1)
    startSeconds = Double(first.0) / 1e9
    megabytes = try Self.peakKibibytes(child.pid) / 1_024
  }

  /// Returns the CPU time of all threads; unlike times(2), it is exact.
  private static func runNanoseconds(_ pid: Int32) throws -> UInt64 {
    try directoryEntries("/proc/\(pid)/task").reduce(0) { sum, task in
      let text = try readText("/proc/\(pid)/task/\(task)/schedstat")
      return sum + (text.split(separator: " ").first.flatMap { UInt64($0) } ?? 0)
    }
  }

  private static func peakKibibytes(_ pid: Int32) throws -> Double {
    let lines = try readText("/proc/\(pid)/status").split(separator: "\n")
    let line = lines.first { $0.hasPrefix("VmHWM:") } ?? ""
    return Double(line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first ?? "")
      ?? .nan
  }
}

/// The output of a command: /dev/null, or a terminal that this process reads.
private struct Output: ~Copyable {
  let descriptor: Descriptor
  private let terminal: Descriptor?

  init(_ size: (rows: CInt, columns: CInt)?) throws {
    guard let size else {
      descriptor = try Descriptor.open("/dev/null", for: .readWrite)
      terminal = nil
      return
    }
    var (master, slave): (CInt, CInt) = (-1, -1)
    guard unsafe bench_open_terminal(&master, &slave, size.rows, size.columns) == 0 else {
      throw MissingRequirementError("no pseudoterminals")
    }
    descriptor = Descriptor(owning: slave)
    terminal = Descriptor(owning: master)
  }

  func drain(until end: UInt64) {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    while true {
      let now = monotonicNanoseconds()
      guard now < end else { return }
      let rest = Int((end - now) / 1_000_000) + 1
      switch terminal {
      case .some(let terminal):
        if terminal.waitForInput(milliseconds: rest) { _ = try? terminal.read(into: &bytes) }
      case .none: sleepNanoseconds(end - now)
      }
    }
  }
}
