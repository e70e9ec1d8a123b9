import HostStats
import LinuxSystem
import Statistics
import StatsTree
import TestSupport
import Testing

@Suite struct HostInputTests {
  private func value(_ name: String, _ group: String, _ path: String, _ sampler: Sampler) -> UInt64?
  {
    let entries = sampler.plan.entries
    guard let entry = entries.first(where: { $0.source.path == path && $0.group.name == group }),
      let statistic = entry.group.schema[name]
    else { return nil }
    return sampler.value(statistic, of: entry)
  }

  @Test("The CPUs of this host are sources, and their times grow")
  func realCPUs() throws {
    let tree = Tree()
    try HostInput().attach(to: tree)
    let sampler = Sampler(tree)
    sampler.pass()
    let paths = tree.sources().map(\.path)
    #expect(paths.first == "host")
    let online = try readText("/proc/stat").split(separator: "\n")
      .filter { $0.hasPrefix("cpu") && !$0.hasPrefix("cpu ") }.count
    #expect(paths.count == 1 + online)
    #expect(paths.contains("host/cpu0"))
    #expect(tree.root.child("host")?.child("cpu0")?.keys == ["cpu": "0"])
    let columns = ["user", "system", "idle", "iowait", "softirq", "steal"]
    func total() -> UInt64 {
      columns.compactMap { value($0, "time", "host/cpu0", sampler) }.reduce(0, +)
    }
    let before = total()
    #expect(before > 0)
    let grows = waits {
      sampler.pass()
      return total() > before
    }
    #expect(grows)
  }

  @Test("The CPU pressure of an overloaded host grows")
  func realPressure() throws {
    guard (try? readText("/proc/pressure/cpu")) != nil else {
      try Test.cancel("this kernel has no pressure files")
    }
    let tree = Tree()
    try HostInput().attach(to: tree)
    let sampler = Sampler(tree)
    sampler.pass()
    let before = try #require(value("some_total_usec", "cpu_pressure", "host", sampler))
    let isOver = Monitor(false)
    let count = try directoryEntries("/sys/devices/system/cpu").count * 2
    let threads = try (0..<count).map { number in
      try SystemThread(name: "busy \(number)") { while !isOver.read({ $0 }) {} }
    }
    let grows = waits {
      sampler.pass()
      return value("some_total_usec", "cpu_pressure", "host", sampler) ?? 0 > before
    }
    isOver.update { $0 = true }
    for thread in threads { thread.join() }
    #expect(grows)
  }

  @Test("Missing files cause diagnostics")
  func missing() throws {
    let system = try FakeSystem()
    try system.write("some avg10=0.00 avg60=0.00 avg300=0.00 total=5\n", to: "proc/pressure/io")
    let tree = Tree()
    try HostInput(roots: system.roots).attach(to: tree)
    let host = try #require(tree.root.child("host"))
    #expect(host.groups.map(\.name) == ["io_pressure"])
    #expect(host.children.isEmpty)
    #expect(host.diagnosticTexts.count == 3)
    #expect(host.diagnosticTexts.allSatisfy { $0.contains("ENOENT") })
  }

  @Test("A CPU that comes online for the first time becomes a source")
  func newCPU() throws {
    let system = try FakeSystem()
    func write(_ cpus: [Int]) throws {
      let lines = cpus.map { "cpu\($0) \($0)00 0 0 0 0 0 0 0 0 0\n" }
      try system.write("cpu  0 0 0 0 0 0 0 0 0 0\n" + lines.joined(), to: "proc/stat")
    }
    try write([0, 1])
    let tree = Tree()
    let input = HostInput(roots: system.roots)
    try input.attach(to: tree)
    let sampler = Sampler(tree)
    func paths() -> [String] {
      sampler.pass()
      _ = input.refresh()
      return tree.sources().map(\.path)
    }
    #expect(paths() == ["host", "host/cpu0", "host/cpu1"])
    try write([0, 2])
    #expect(paths() == ["host", "host/cpu0", "host/cpu1", "host/cpu2"])
    #expect(tree.find("host/cpu2")?.keys == ["cpu": "2"])
    #expect(paths().count == 4)
    let states = sampler.plan.entries.map { sampler.status(of: $0).word }
    #expect(states == ["up", "stale", "up"])
  }

  @Test("A second host cannot be attached to a tree")
  func twice() throws {
    let tree = Tree()
    let input = HostInput()
    try input.attach(to: tree)
    #expect(throws: TreeError.self) { try input.attach(to: tree) }
  }
}
