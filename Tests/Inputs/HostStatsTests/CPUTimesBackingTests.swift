import HostStats
import LinuxSystem
import Statistics
import StatsTesting
import StatsTree
import TestSupport
import Testing

@Suite struct CPUTimesBackingTests {
  private let system: FakeSystem

  init() throws {
    system = try FakeSystem()
  }

  /// Writes a file in which column `c` of CPU `n` is `n * 100 + c`.
  private func write(_ numbers: some Sequence<Int>, columns: Int = 10) throws {
    var text = "cpu  1 2 3 4 5 6 7 8 9 10\n"
    for number in numbers {
      let values = (0..<columns).map { " \(number * 100 + $0)" }.joined()
      text += "cpu\(number)\(values)\n"
    }
    try system.write(text + "intr 12345 0 0\nctxt 1\n", to: "proc/stat")
  }

  private func probe(_ times: CPUTimesBacking, _ numbers: some Sequence<Int>) -> Probe {
    Probe(times, numbers.map { ($0, times.schema) })
  }

  @Test("The line with the sum over all CPUs is ignored, and columns have the names of proc(5)")
  func columns() throws {
    try write(0..<2)
    let times = try CPUTimesBacking(roots: system.roots)
    #expect(try times.cpus() == [0, 1])
    let probe = probe(times, 0..<2)
    #expect(probe.value("user", 0) == 0)
    #expect(probe.value("idle", 1) == 103)
    #expect(probe.value("guest_nice", 1) == 109)
    let user = try #require(times.schema["user"])
    #expect(user.unit == .seconds && user.scale.exponent == -2)
  }

  @Test("An offline CPU is stale with its last values until it is online again")
  func offline() throws {
    try write(0..<4)
    let times = try CPUTimesBacking(roots: system.roots)
    let probe = probe(times, 0..<4)
    let before = probe.window(2)
    try write([0, 1, 3])
    probe.sampler.pass()
    #expect(probe.status(2) == .stale(since: before.end))
    #expect(probe.value("user", 2) == 200)
    #expect(probe.window(2) == before)
    #expect(probe.status(1) == .up && probe.status(3) == .up)
    #expect(probe.value("user", 3) == 300)
    try write(0..<4)
    probe.sampler.pass()
    #expect(probe.status(2) == .up)
  }

  @Test("A CPU that was never online has no values")
  func never() throws {
    try write(0..<2)
    let times = try CPUTimesBacking(roots: system.roots)
    let probe = probe(times, [0, 9, 1])
    #expect(probe.status(9) == .pending)
    #expect(probe.value("user", 9) == nil)
    #expect(probe.value("user", 1) == 100)
  }

  @Test("More CPUs than this host has can be read, also if they are added later")
  func many() throws {
    try write(0..<2)
    let times = try CPUTimesBacking(roots: system.roots)
    let probe = probe(times, 0..<2000)
    #expect(probe.status(1999) == .pending)
    try write(0..<2000)
    #expect(try times.cpus() == Array(0..<2000))
    probe.sampler.pass()
    for number in [0, 1, 999, 1998, 1999] {
      #expect(probe.status(number) == .up)
      #expect(probe.value("user", number) == UInt64(number * 100))
      #expect(probe.value("guest_nice", number) == UInt64(number * 100 + 9))
    }
  }

  @Test("Columns that an old kernel lacks have no value")
  func fewColumns() throws {
    try write(0..<2, columns: 7)
    let times = try CPUTimesBacking(roots: system.roots)
    let probe = probe(times, 0..<2)
    #expect(probe.value("softirq", 1) == 106)
    #expect(probe.value("steal", 1) == nil)
    #expect(probe.value("guest", 1) == nil)
  }

  @Test("A number that exceeds 64 bits has no value; later columns keep theirs")
  func tooLong() throws {
    try system.write(
      "cpu0 1 99999999999999999999999 3 4 5 6 7 8 9 10\ncpu99999999999999999999 1\n",
      to: "proc/stat"
    )
    let times = try CPUTimesBacking(roots: system.roots)
    #expect(try times.cpus() == [0])
    let probe = probe(times, [0])
    #expect(probe.value("nice", 0) == nil)
    #expect(probe.value("system", 0) == 3)
  }

  @Test("The backing passes the conformance suite with an offline CPU")
  func conformance() throws {
    try write((0..<40).filter { $0 != 7 })
    let times = try CPUTimesBacking(roots: system.roots)
    let members = (0..<40).map {
      BackingConformance.Member(token: $0, schema: times.schema, mayBeStale: $0 == 7)
    }
    let violations = BackingConformance(
      times, members: members,
      expected: { number in (0..<10).map { UInt64(number * 100 + $0) } }
    ).run()
    #expect(violations == [])
  }
}
