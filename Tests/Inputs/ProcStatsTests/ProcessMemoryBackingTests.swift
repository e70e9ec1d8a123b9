import Glibc
import LinuxSystem
import Statistics
import StatsTesting
import StatsTree
import TestSupport
import Testing

@testable import ProcStats

@Suite struct ProcessMemoryBackingTests {
  private let system: FakeSystem
  private let memories: ProcessMemoryBacking

  init() throws {
    system = try FakeSystem()
    memories = ProcessMemoryBacking(roots: system.roots)
  }

  private func open(_ process: Int32, _ text: String) throws -> Int {
    try system.write(text, to: "proc/\(process)/statm")
    return try memories.open(process: process)
  }

  private func probe(_ tokens: [Int]) -> Probe {
    Probe(memories, tokens.map { ($0, ProcessMemoryBacking.schema) })
  }

  @Test("The values are the first three fields, in pages; later fields are ignored")
  func values() throws {
    let token = try open(7, "765 446 418 5 0 123 0\n")
    let probe = probe([token])
    #expect(probe.value("virtual_memory", token) == 765)
    #expect(probe.value("resident_memory", token) == 446)
    #expect(probe.value("shared_memory", token) == 418)
    let resident = ProcessMemoryBacking.schema.statistics[1]
    #expect(resident.scale.base == .two)
    #expect(1 << Int(resident.scale.exponent) == pageByteCount)
  }

  @Test("The group of a zombie is gone; its values are not zero")
  func zombie() throws {
    let tokens = [try open(7, "0 0 0 0 0 0 0\n"), try open(8, "1 2 3 0 0 0 0\n")]
    let probe = probe(tokens)
    #expect(probe.status(tokens[0]) == .gone)
    #expect(probe.value("resident_memory", tokens[0]) == nil)
    #expect(probe.value("resident_memory", tokens[1]) == 2)
  }

  @Test("The value of this process agrees with its status file within 64 MiB")
  func ownProcess() throws {
    let memories = ProcessMemoryBacking()
    let token = try memories.open(process: getpid())
    let probe = Probe(memories, [(token, ProcessMemoryBacking.schema)])
    let pages = try #require(probe.value("resident_memory", token))
    let text = try readText("/proc/self/status")
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
    let kibibytes = try #require(
      line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) })
    let difference = abs(Int(pages) * pageByteCount / 1024 - kibibytes)
    #expect(difference < 65_536)
  }

  @Test("The backing passes the conformance suite")
  func conformance() throws {
    let tokens = try (1...5).map { try open($0, "\($0) 2 3 4 5 6 7\n") }
    let broken = try open(21, "1 2\n")
    let schema = ProcessMemoryBacking.schema
    let members =
      tokens.map { BackingConformance.Member(token: $0, schema: schema, works: true) }
      + [BackingConformance.Member(token: broken, schema: schema, works: false)]
    let violations = BackingConformance(
      memories, members: members, expected: { [UInt64($0 + 1), 2, 3] }
    ).run()
    #expect(violations == [])
  }
}
