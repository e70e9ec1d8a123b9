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

  /// A number that names this run's machines, since others may run on the host.
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

  /// The last of the CPUs that this process may use.
  private func vcpu() throws -> Int {
    let status = try readText("/proc/self/status")
    let line = try #require(
      status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") })
    return try #require(Int(String(line.reversed().prefix { $0.isNumber }.reversed())))
  }

  @Test("The VM that a neighbour starves is found, with its neighbour, and an idle one is not")
  func contention() throws {
    let vcpu = try vcpu()
    let busy = [
      "--payload", "port-io", "--pace", "unlimited", "--work", "1000000", "--cpu", "\(vcpu)",
    ]
    let victim = try guest("victim", busy + ["--nice", "15"])
    let taker = try guest("taker", busy)
    let idle = try guest("idle", ["--payload", "idle"])
    let findings = try examine(["kvm/*-\(run)"])
    let found = try #require(findings.first { $0.source == "kvm/victim-\(run)/vcpu0" })
    #expect(found.rule == "cpu-contention")
    #expect(found.neighbours?.cpus == [vcpu])
    // Whatever else the host does on that CPU may be there, too.
    #expect(found.neighbours?.processes.contains { $0.name == "kvm/taker-\(run)" } == true)
    #expect(!findings.contains { $0.source.hasPrefix("kvm/idle-") })
    for program in [victim, taker, idle] { program.child.kill() }
  }

  /// Whether a control group with a quota can be made here.
  private static let hasQuota = {
    let isSecond = (try? FileStatus("/sys/fs/cgroup/cgroup.controllers")) != nil
    let probe = "/sys/fs/cgroup/\(isSecond ? "" : "cpu/")vitals-probe-\(getpid())"
    if isSecond {
      try? Descriptor.open("/sys/fs/cgroup/cgroup.subtree_control", for: .readWrite)
        .write(Array("+cpu".utf8))
    }
    defer { removeEmptyDirectory(probe) }
    guard (try? makeDirectory(probe)) != nil else { return false }
    return (try? FileStatus("\(probe)/\(isSecond ? "cpu.max" : "cpu.cfs_quota_us")")) != nil
  }()

  @Test("The VM that its quota starves is found, and no neighbour", .enabled(if: hasQuota))
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

  @Test("Only what was asked for is told, by path or by name")
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

  @Test("Rules of a file are added, and a flaw in it is told by its line")
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
    let flawed = try Command.vitals("doctor", "--rules", path)
    #expect(flawed.status == 2)
    #expect(flawed.errors.contains("\(path), line 4: expected ')'"), "\(flawed.errors)")
    one.child.kill()
  }

  @Test("A condition is told with its numbers, and --exit ends with 1")
  func condition() throws {
    let one = try guest("when", ["--payload", "port-io"])
    let path = "kvm/when-\(run)"
    let held = try Command.vitals(
      "watch", path, "--every", "200ms", "--when", "rate(exits) > 10/s", "--exit")
    #expect(held.status == 1)
    #expect(held.output.contains("\(path)/vcpu0  rate(exits) = "), "\(held.output)")
    // Sums have the statistic, too, but the condition is about what has it itself.
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
    "A wrong condition is pointed at before anything is watched",
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
