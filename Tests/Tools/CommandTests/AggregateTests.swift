import FoundationEssentials
import Glibc
import LinuxSystem
import Testing

/// Commands with aggregates of simulated VMs and of the table of `vitals demo`.
@Suite("Aggregates", .serialized)
final class AggregateTests {
  private let directory = "/tmp/vitals-aggregates-\(UInt64.random(in: 0 ... .max))"
  private let tables = "/dev/shm/vitals-aggregates-\(UInt64.random(in: 0 ... .max))"
  private let demo: RunningProgram

  init() throws {
    try makeDirectory(tables)
    demo = try RunningProgram(
      [
        Command.product("vitals"), "demo", "--simulated", "--vms", "2", "--vcpus", "3", "--for",
        "60s", "--handover", directory, "--tables", tables,
      ], until: "vitals watch")
    sleepNanoseconds(300_000_000)
  }

  deinit {
    demo.child.terminate(timeoutMilliseconds: 2_000)
    // The publisher detects the end of its parent and removes its files.
    sleepNanoseconds(300_000_000)
    for name in (try? directoryEntries(tables)) ?? [] { removeFile("\(tables)/\(name)") }
    unsafe rmdir(tables)
  }

  /// Runs `vitals` on the simulated VMs only: others may run on the host.
  private func vitals(_ words: String...) throws -> CommandResult {
    try Command.run(
      [Command.product("vitals")] + words + [
        "--method", "handover", "--handover", directory, "--tables", tables,
      ])
  }

  private struct SourceDocument: Decodable {
    struct Source: Decodable { let groups: [Group] }
    struct Group: Decodable {
      let provenance: String
      let provenances: [String]?
      let members: Members?
    }
    struct Members: Decodable {
      let count: Int
      let departed: Int
    }
    let version: Int
    let sources: [Source]
  }

  private struct StatisticDocument: Decodable {
    let version: Int
    let statistics: [String: [String: UInt64]]
  }

  @Test("list shows aggregates with the number of their members")
  func list() throws {
    let result = try vitals("list", "kvm/demo-*")
    #expect(result.status == 0)
    #expect(result.lines.count { $0.contains("vcpus.kvm:aggregate(3)") } == 2)
    let csv = try vitals("list", "kvm/demo-*", "--format", "csv")
    #expect(csv.output.matches(of: /vcpus\.kvm=3/).count == 2)
    let json = try vitals("list", "kvm/demo-*", "--format", "json")
    let document = try JSONDecoder().decode(SourceDocument.self, from: Data(json.output.utf8))
    let aggregates = document.sources.flatMap(\.groups).filter { $0.provenance == "aggregate" }
    #expect(document.version == 1 && aggregates.count == 2)
    #expect(aggregates.allSatisfy { $0.members?.count == 3 && $0.members?.departed == 0 })
    #expect(aggregates.allSatisfy { $0.provenances == ["simulated"] })
  }

  @Test("--owner selects sources of one user, and aggregates count no others")
  func owner() throws {
    let own = try vitals("list", "kvm", "--owner", "\(getuid())")
    #expect(own.lines.contains { $0.hasPrefix("kvm ") && $0.contains("vcpus.kvm:aggregate(6)") })
    let other = try vitals("list", "kvm", "--owner", "\(getuid() + 1)")
    #expect(other.status == 0 && !other.output.contains("demo-"))
    #expect(other.output.contains("vcpus.kvm:aggregate(0)"), "\(other.output)")
    #expect(try vitals("list", "--owner", "no such user").status == 2)
  }

  @Test("watch shows a row for each source and function")
  func watch() throws {
    let result = try vitals(
      "watch", "kvm/demo-*", "--aggregate", "sum,max", "--stat", "exits", "--every", "200ms",
      "--count", "1")
    #expect(result.status == 0, "\(result.errors)")
    for row in ["sum of 3   simulated", "max of 3   simulated"] {
      #expect(result.lines.count { $0.contains(row) } == 2, "\(result.output)")
    }
    #expect(!result.output.contains("vcpu0"))
  }

  @Test("A group that several sources of a publisher have is aggregated")
  func published() throws {
    let result = try vitals(
      "watch", "app/demo", "--aggregate", "sum,list", "--every", "200ms", "--count", "2")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.lines.count { $0.hasPrefix("app/demo  sum of 3   table") } == 2)
    #expect(result.output.contains("app/demo  list of 3 by table"))
    #expect(!result.output.contains("link"))
    // Without --aggregate, publishers have no aggregates.
    let plain = try vitals("list", "app")
    #expect(!plain.output.contains("aggregate"))
    let cpus = try vitals("watch", "host", "--aggregate", "avg", "--every", "200ms", "--count", "1")
    #expect(cpus.output.contains("host    avg of "))
  }

  @Test("show names the member with the maximum, in text, CSV and JSON")
  func show() throws {
    let result = try vitals("show", "kvm/demo-*", "--aggregate", "max,avg", "--match", "exits")
    #expect(result.status == 0)
    #expect(result.lines.contains { $0.contains("max  member") })
    #expect(result.output.contains("vcpus.kvm  of 3 by simulated"))
    let csv = try vitals(
      "show", "kvm/demo-*", "--aggregate", "max", "--match", "exits", "--format", "csv")
    #expect(csv.lines.count { $0.contains(",3,max,kvm/demo-") } == 2, "\(csv.output)")
    let json = try vitals(
      "show", "kvm/demo-*", "--aggregate", "max", "--match", "exits", "--format", "json")
    #expect(json.output.contains(#""exits":{"max":{"value":"#))
  }

  @Test("--by statistic groups values by statistic, in JSON and text")
  func byStatistic() throws {
    let json = try vitals(
      "show", "kvm/demo-*/vcpu*", "--by", "statistic", "--match", "exits", "--format", "json")
    let document = try JSONDecoder().decode(StatisticDocument.self, from: Data(json.output.utf8))
    #expect(document.version == 1 && document.statistics.count == 1)
    #expect(document.statistics["exits"]?.count == 6)
    let table = try vitals("show", "kvm/demo-*/vcpu*", "--by", "statistic", "--match", "exits")
    #expect(table.output.contains("kvm  6 sources by simulated"))
  }

  @Test("--aggregate without aggregates is an error of one line")
  func none() throws {
    let result = try vitals("watch", "kvm/demo-*/vcpu*", "--aggregate", "sum", "--count", "1")
    #expect(result.status == 4)
    #expect(result.errorLines.count == 1)
    #expect(result.errors.contains("no aggregates: "))
  }

  @Test("OpenMetrics output contains members only, no aggregates")
  func metrics() throws {
    let result = try vitals("show", "kvm/demo-*", "--format", "openmetrics")
    #expect(!result.output.contains("vcpus"))
    #expect(result.lines.count { $0.hasPrefix("vitals_kvm_exits_total{") } == 6)
  }
}
