import CBench
import Glibc
import KVMStats
import LinuxSystem
import StatsTree

/// What `vitals watch` takes of a core and of memory.
struct WatchBenchmark {
  private static let seconds = 20
  /// Its start-up is over by then.
  private static let settled = 3

  let vitals: String?
  let holder: String?

  func run(_ report: inout Report) throws {
    guard let vitals else { throw Missing("no --vitals PATH") }
    let machine = try Holder(holder, vcpus: 1_000)
    try sample(&report)
    try watch(vitals, "1 VM of 1,000 vCPUs", machine, &report)
    machine.process.kill()
    try watch(vitals, "50 VMs of 20 vCPUs", try Holder(holder, vcpus: 20, fleet: 50), &report)
  }

  /// What of it is reading the numbers: the same groups in this process, a pass a second.
  private func sample(_ report: inout Report) throws {
    let tree = Tree()
    let input = try KVMInput(tree)
    _ = input.refresh()
    let sampler = Sampler(tree, matching: try Pattern("kvm/**"))
    let groups = sampler.plan.entries.count
    var series = Series()
    for _ in 0..<10 {
      sleepNanoseconds(1_000_000_000)
      series.add(time { sampler.pass() })
    }
    report.add(
      "reading alone, \(groups) groups, once a second",
      "\(duration(series.median)), \(fixed(series.median / 1e7)) % of a core")
  }

  private func watch(
    _ vitals: String, _ what: String, _ holder: Holder, _ report: inout Report
  ) throws {
    for isTerminal in [false, true] {
      let use = try Watched(vitals, seconds: Self.seconds, settled: Self.settled, isTerminal)
      let place = "\(what), \(isTerminal ? "80 x 24 terminal" : "no terminal")"
      report.add(
        "\(place): core", "\(fixed(use.share * 100)) %", bar: "<= 0.50 %",
        holds: use.share <= 0.005)
      report.add(
        "\(place): memory", "\(fixed(use.megabytes, 1)) MB", bar: "<= 40 MB",
        holds: use.megabytes <= 40)
      report.add(
        "\(place): start-up",
        "\(fixed(use.startSeconds * 1_000, 0)) ms of CPU in the first \(Self.settled) s")
    }
    withExtendedLifetime(holder) {}
  }
}

/// One run of `vitals watch` seen from outside.
private struct Watched {
  /// CPU time by wall time once it had settled.
  let share: Double
  /// The most memory that was resident.
  let megabytes: Double
  /// CPU time until then.
  let startSeconds: Double

  init(_ vitals: String, seconds: Int, settled: Int, _ isTerminal: Bool) throws {
    let output = try Output(isTerminal)
    let child = try ChildProcess(
      executable: vitals,
      arguments: ["watch", "--every", "1s", "--count", "\(seconds + 2)", "kvm/**"],
      output: output.descriptor)
    defer { child.kill() }
    let begin = monotonicNanoseconds()
    output.drain(until: begin + UInt64(settled) * 1_000_000_000 + 500_000_000)
    guard !child.hasEnded else { throw Missing("vitals watch ended at once") }
    let first = (try Self.runNanoseconds(child.pid), monotonicNanoseconds())
    output.drain(until: begin + UInt64(seconds) * 1_000_000_000 + 500_000_000)
    let last = (try Self.runNanoseconds(child.pid), monotonicNanoseconds())
    share = Double(last.0 - first.0) / Double(last.1 - first.1)
    startSeconds = Double(first.0) / 1e9
    megabytes = try Self.peakKibibytes(child.pid) / 1_024
  }

  /// The time that all threads ran; exact, where times(2) counts whole ticks.
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

/// Where it writes to: nowhere, or a terminal that is read.
private struct Output: ~Copyable {
  let descriptor: Descriptor
  private let terminal: Descriptor?

  init(_ isTerminal: Bool) throws {
    guard isTerminal else {
      descriptor = try Descriptor.open("/dev/null", for: .readWrite)
      terminal = nil
      return
    }
    var (master, slave): (CInt, CInt) = (-1, -1)
    guard unsafe bench_open_terminal(&master, &slave, 24, 80) == 0 else {
      throw Missing("no pseudo terminals")
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
