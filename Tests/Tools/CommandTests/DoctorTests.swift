import FoundationEssentials
import Glibc
import KVMGuests
import LinuxSystem
import StatsChecks
import Testing

@Suite("vitals doctor and watch --when", .serialized, .enabled(if: Host.hasGuests && Host.isRoot))
struct DoctorTests {
  private struct Report: Decodable {
    struct Finding: Decodable {
      struct Neighbours: Decodable {
        struct Process: Decodable { let name: String }
        let cpus: [Int]
        let processes: [Process]
      }
      let rule: String
      let source: String
      let neighbours: Neighbours?
    }
    let findings: [Finding]
  }

  /// A suffix for the names of this run's VMs, since others may run on the host.
  private let run = UInt32.random(in: 0 ... .max)

  private func guest(_ name: String, _ more: [String]) throws -> RunningProgram {
    try RunningProgram(
      [Command.product("guest-holder"), "--name", "\(name)-\(run)", "--for", "60"] + more,
      until: "ready")
  }

  private func examine(_ names: [String]) throws -> [Report.Finding] {
    let result = try Command.run(
      [Command.product("vitals"), "doctor", "--format", "json", "--for", "2s"] + names)
    let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    #expect(result.status == (report.findings.isEmpty ? 0 : 1), "\(result.errors)")
    return report.findings
  }

  /// Returns the last CPU that this process may use.
  private func lastCPU() throws -> Int {
    let status = try readText("/proc/self/status")
    let line = try #require(
      status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") })
    return try #require(Int(String(line.reversed().prefix { $0.isNumber }.reversed())))
  }

  @Test("A VM that a neighbour starves is found with its neighbour; an idle VM is not reported")
  func contention() throws {
    let cpu = try lastCPU()
    let busy = [
      "--payload", "port-io", "--pace", "unlimited", "--work", "1000000", "--cpu", "\(cpu)",
    ]
    let victim = try guest("victim", busy + ["--nice", "15"])
    let taker = try guest("taker", busy)
    let idle = try guest("idle", ["--payload", "idle"])
    let findings = try examine(["kvm/*-\(run)"])
    let found = try #require(findings.first { $0.source == "kvm/victim-\(run)/vcpu0" })
    #expect(found.rule == "cpu-contention")
    #expect(found.neighbours?.cpus == [cpu])
    // Other processes of the host may use that CPU, too.
    #expect(found.neighbours?.processes.contains { $0.name == "kvm/taker-\(run)" } == true)
    #expect(!findings.contains { $0.source.hasPrefix("kvm/idle-") })
    for program in [victim, taker, idle] { program.child.kill() }
  }

  /// Whether this process may create a control group with a quota.
  private static let hasQuota = {
    let isVersion2 = (try? FileStatus("/sys/fs/cgroup/cgroup.controllers")) != nil
    let probe = "/sys/fs/cgroup/\(isVersion2 ? "" : "cpu/")vitals-probe-\(getpid())"
    if isVersion2 {
      try? Descriptor.open("/sys/fs/cgroup/cgroup.subtree_control", for: .readWrite)
        .write(Array("+cpu".utf8))
    }
    defer { removeEmptyDirectory(probe) }
    guard (try? makeDirectory(probe)) != nil else { return false }
    return (try? FileStatus("\(probe)/\(isVersion2 ? "cpu.max" : "cpu.cfs_quota_us")")) != nil
  }()

  @Test("A VM that its quota starves is found without a neighbour", .enabled(if: hasQuota))
  func quota() throws {
    let tables = "/dev/shm/vitals-test-\(run)"
    let demo = try RunningProgram(
      [
        Command.product("vitals"), "demo", "--starve", "--quota", "--for", "60s", "--tables",
        tables,
      ], until: "vitals doctor")
    defer { demo.child.terminate(timeoutMilliseconds: 5000) }
    let findings = try examine([])
    let quota = try #require(findings.first { $0.rule == "own-quota" })
    #expect(["alder", "birch", "cedar", "rowan"].contains { quota.source.contains($0) })
    #expect(
      !findings.contains { $0.source == "\(quota.source)/vcpu0" && $0.rule == "cpu-contention" })
  }

  @Test("A VM can be selected by its path or its name")
  func asked() throws {
    let one = try guest("one", ["--payload", "idle"])
    let named = try Command.vitals("doctor", "one-\(run)", "--for", "200ms")
    #expect(named.status == 0, "\(named.output) \(named.errors)")
    #expect(named.output.hasPrefix("Nothing found"))
    let none = try Command.vitals("doctor", "two-\(run)", "--for", "200ms")
    #expect(none.status == 4)
    #expect(none.errors.contains("two-\(run)"))
    one.child.kill()
  }

  @Test("--rules adds rules, and an error in the file has its line number")
  func rules() throws {
    let one = try guest("ruled", ["--payload", "port-io"])
    let path = "/tmp/vitals-\(run).rules"
    defer { removeFile(path) }
    func write(_ condition: String) throws {
      let text = """
        [any-exit]
        on: vcpu
        severity: notice
        when: \(condition)
        show: exits = rate(exits)
        finding: leaves its guest
        try: nothing
        why: a test
        """
      try Descriptor.open(path, for: .create).write(Array(text.utf8))
    }
    try write("rate(exits) > 0/s")
    let found = try Command.vitals(
      "doctor", "ruled-\(run)", "--rules", path, "--for", "500ms")
    #expect(found.status == 1)
    #expect(found.output.contains("NOTICE  kvm/ruled-\(run)/vcpu0 leaves its guest"))
    try write("rate(exits >")
    let invalid = try Command.vitals("doctor", "--rules", path)
    #expect(invalid.status == 2)
    #expect(invalid.errors.contains("\(path), line 4: expected ')'"), "\(invalid.errors)")
    one.child.kill()
  }

  @Test("--when shows the values of a condition, and --exit ends with status 1")
  func condition() throws {
    let one = try guest("when", ["--payload", "port-io"])
    let path = "kvm/when-\(run)"
    let held = try Command.vitals(
      "watch", path, "--every", "200ms", "--when", "rate(exits) > 10/s", "--exit")
    #expect(held.status == 1)
    #expect(held.output.contains("\(path)/vcpu0  rate(exits) = "), "\(held.output)")
    // Aggregates have the statistic, too, but the condition applies to its own sources only.
    #expect(held.lines.count { $0.contains("rate(exits)") } == 1)
    let never = try Command.vitals(
      "watch", path, "--every", "100ms", "--count", "3", "--when", "rate(exits) > 1000000k/s")
    #expect(never.status == 0)
    #expect(never.output == "")
    let json = try Command.vitals(
      "watch", path, "--every", "100ms", "--count", "2", "--when", "rate(exits) >= 0/s", "--format",
      "json")
    #expect(json.status == 1)
    #expect(json.lines.count { $0.contains(#""source":"\#(path)/vcpu0""#) } == 2)
    one.child.kill()
  }

  @Test(
    "An invalid condition is an error that marks the wrong part",
    arguments: [
      ("rate(exits) > 5 &&", "use 'and'", "                ^^"),
      ("rate(exitz) > 5", "similar names: exits", "^^^^^^^^^^^"),
      ("rate(exits) > 5ms", "incompatible units", "            ^"),
    ])
  func wrong(text: String, reason: String, marks: String) throws {
    let one = try guest("wrong", ["--payload", "idle"])
    let result = try Command.vitals("watch", "kvm/wrong-\(run)", "--when", text)
    #expect(result.status == 2)
    #expect(result.output == "")
    let lines = result.errorLines
    #expect(lines.count == 3, "\(result.errors)")
    #expect(lines.first?.contains(reason) == true)
    #expect(lines.last.map(String.init) == "  " + marks)
    one.child.kill()
  }
}
