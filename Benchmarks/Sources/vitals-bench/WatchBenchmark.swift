import KVMStats
import LinuxSystem
import StatsTree

/// The CPU time and memory of `vitals watch`.
struct WatchBenchmark {
  private static let seconds = 20
  /// The duration of the start-up phase, which is measured separately.
  private static let startupSeconds = 3

  let vitals: String?
  let holder: String?

  func run(_ report: inout Report) throws {
    guard let vitals else { throw MissingRequirementError("no --vitals PATH") }
    let vm = try Holder(holder, vcpus: 1_000)
    try sample(&report)
    try watch(vitals, "1 VM of 1,000 vCPUs", vm, &report)
    vm.process.kill()
    try watch(vitals, "50 VMs of 20 vCPUs", try Holder(holder, vcpus: 20, fleet: 50), &report)
  }

  /// Measures the reads alone: the same groups in this process, one pass per second.
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
    let up = sampler.plan.entries.count { sampler.status(of: $0) == .up }
    guard up == groups, groups >= 2_000 else {
      throw MissingRequirementError("\(up) of \(groups) groups are up")
    }
    report.add(
      "reading alone, \(groups) groups, once a second",
      "\(duration(series.median)), \(fixed(series.median / 1e7)) % of a core")
  }

  private func watch(
    _ vitals: String, _ fleet: String, _ holder: Holder, _ report: inout Report
  ) throws {
    for isTerminal in [false, true] {
      let use = try CommandUse(
        vitals, ["watch", "--every", "1s", "--count", "\(Self.seconds + 2)", "kvm/**"],
        seconds: Self.seconds, startupSeconds: Self.startupSeconds,
        terminal: isTerminal ? (rows: 24, columns: 80) : nil)
      let name = "\(fleet), \(isTerminal ? "80 x 24 terminal" : "no terminal")"
      report.add(
        "\(name): core", "\(fixed(use.share * 100)) %", bar: "<= 0.50 %",
        holds: use.share <= 0.005)
      report.add(
        "\(name): memory", "\(fixed(use.megabytes, 1)) MB", bar: "<= 40 MB",
        holds: use.megabytes <= 40)
      report.add(
        "\(name): start-up",
        "\(fixed(use.startSeconds * 1_000, 0)) ms of CPU in the first \(Self.startupSeconds) s")
    }
    withExtendedLifetime(holder) {}
  }
}
