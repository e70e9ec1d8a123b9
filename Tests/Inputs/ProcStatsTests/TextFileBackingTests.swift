import Glibc
import LinuxSystem
import Statistics
import StatsTesting
import StatsTree
import TestSupport
import Testing

@testable import ProcStats

@Suite struct TextFileBackingTests {
  private let system: FakeSystem
  private let files = TextFileBacking()

  init() throws {
    system = try FakeSystem()
  }

  private func open(_ text: String, _ form: TextFileBacking.Form = .keyed) throws -> Probe {
    try system.write(text, to: "file")
    let (token, schema) = try files.open("\(system.root)/file", form)
    return Probe(files, [(token, schema)])
  }

  private static let version2 = """
    usage_usec 8000000
    user_usec 5000000
    system_usec 3000000
    nr_periods 10
    nr_throttled 2
    throttled_usec 777

    """

  @Test("In version 2 the unit is the suffix of the key")
  func version2() throws {
    let probe = try open(Self.version2)
    let schema = probe.entry(0).group.schema
    #expect(schema.statistics.map(\.name).prefix(2) == ["usage_usec", "user_usec"])
    let usage = try #require(schema["usage_usec"])
    #expect(usage.kind == .cumulative && usage.unit == .seconds && usage.scale == .micro)
    let periods = try #require(schema["nr_periods"])
    #expect(periods.unit == .none && periods.scale == .one)
    #expect(probe.value("usage_usec", 0) == 8_000_000)
    #expect(probe.value("throttled_usec", 0) == 777)
  }

  @Test("In version 1 throttled_time is in nanoseconds")
  func version1() throws {
    let probe = try open("nr_periods 4\nnr_throttled 1\nthrottled_time 123456789012\n")
    let time = try #require(probe.entry(0).group.schema["throttled_time"])
    #expect(time.unit == .seconds && time.scale == .nano)
    #expect(probe.value("throttled_time", 0) == 123_456_789_012)
  }

  @Test("The only value of a pressure line is its total, at any position")
  func pressure() throws {
    let probe = try open(
      """
      some avg10=1.50 avg60=0.00 avg300=0.00 total=12345
      full avg10=9.00 total=99 avg60=0.00 avg300=0.00 avg900=7.00

      """, .pressure)
    let some = try #require(probe.entry(0).group.schema["some_total_usec"])
    #expect(some.unit == .seconds && some.scale == .micro && some.kind == .cumulative)
    #expect(probe.value("some_total_usec", 0) == 12345)
    #expect(probe.value("full_total_usec", 0) == 99)
  }

  @Test(
    "Added, removed and reordered lines do not change the values of other lines",
    arguments: [
      ("a 1\nb 2\nc 3\n", [1, 2, 3]), ("a 1\nc 3\n", [1, nil, 3]), ("c 3\n", [nil, nil, 3]),
      ("c 3\nb 2\na 1\n", [3, 2, 1].reversed()), ("a 1\nnew 9\nb 2\nc 3\n", [1, 2, 3]),
      ("new 9\nother 8\na 1\nb 2\nc 3", [1, 2, 3]), ("", [nil, nil, nil]),
      ("a\nb 2\nc \n", [nil, 2, nil]), ("ab 7\na 1\nb 2x\nc 3\n", [1, 2, 3]),
      ("a 99999999999999999999999\nb 2\nc 3\n", [nil, 2, 3]), ("\n\na 1\n", [1, nil, nil]),
    ] as [(String, [UInt64?])])
  func lines(text: String, values: [UInt64?]) throws {
    let probe = try open("a 10\nb 20\nc 30\n")
    #expect(["a", "b", "c"].map { probe.value($0, 0) } == [10, 20, 30])
    try system.write(text, to: "file")
    probe.sampler.pass()
    #expect(probe.status(0) == .up)
    #expect(["a", "b", "c"].map { probe.value($0, 0) } == values)
  }

  @Test("An empty file has no statistics and can be sampled")
  func empty() throws {
    let probe = try open("")
    #expect(probe.entry(0).group.schema.statistics.isEmpty)
    try system.write("a 1\n", to: "file")
    probe.sampler.pass()
    #expect(probe.status(0) == .up)
  }

  @Test("A file that cannot be read leaves no descriptor open")
  func unreadable() throws {
    let error = #expect(throws: SystemError.self) { try files.open(system.root, .keyed) }
    #expect(error?.code == EISDIR)
    let error2 = #expect(throws: SystemError.self) { try files.open("/nonexistent", .keyed) }
    #expect(error2?.code == ENOENT)
    #expect(try !openDescriptors().values.contains(system.root))
  }

  @Test("A closed file is gone, and the next file reuses its token with its own keys")
  func closed() throws {
    let probe = try open("a 1\n")
    files.close(0)
    probe.sampler.pass()
    #expect(probe.status(0) == .gone)
    let next = try open("x 1\ny 2\n")
    #expect(next.value("y", 0) == 2)
  }

  @Test("The backing passes the conformance suite")
  func conformance() throws {
    var members: [BackingConformance.Member] = []
    for number in 0..<12 {
      try system.write("a_usec \(number)\nb \(number + 100)\n", to: "file\(number)")
      let (token, schema) = try files.open("\(system.root)/file\(number)", .keyed)
      members.append(.init(token: token, schema: schema, works: number != 5))
    }
    files.close(members[5].token)
    let violations = BackingConformance(
      files, members: members, expected: { [UInt64($0), UInt64($0 + 100)] }
    ).run()
    #expect(violations == [])
  }
}
