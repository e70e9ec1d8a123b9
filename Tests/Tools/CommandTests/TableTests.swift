import FoundationEssentials
import Glibc
import LinuxSystem
import Testing

/// Commands on a table that another process publishes: the table of `vitals demo`.
@Suite("Shared tables of programs", .serialized)
final class TableTests {
  private let directory = "/dev/shm/vitals-test-\(UInt64.random(in: 0 ... .max))"
  private let publisher: RunningProgram

  init() throws {
    try makeDirectory(directory)
    publisher = try RunningProgram(
      [Command.product("vitals"), "demo", "--", "publish", "\(getpid())", directory],
      until: "ready")
    // Wait until each value has changed.
    sleepNanoseconds(300_000_000)
  }

  deinit {
    publisher.child.terminate(timeoutMilliseconds: 2_000)
    for name in (try? directoryEntries(directory)) ?? [] { removeFile("\(directory)/\(name)") }
    unsafe rmdir(directory)
  }

  private func vitals(_ words: String...) throws -> CommandResult {
    try Command.run([Command.product("vitals")] + words + ["--tables", directory])
  }

  @Test("list shows each source, its access method, and how to enable on-demand groups")
  func list() throws {
    let result = try vitals("list", "app")
    #expect(result.status == 0)
    #expect(result.lines.count { $0.contains("requests:table lock:table") } == 3)
    #expect(result.lines.count { $0.hasPrefix("app/demo/link ") } == 1)
    #expect(result.output.contains("group lock of worker0, worker1, worker2 is disabled"))
    #expect(result.output.contains("--enable lock"))
    #expect(!result.output.contains("kvm"))
  }

  @Test("show accepts a path, a socket and a pattern, and shows states and meanings")
  func show() throws {
    for source in ["\(directory)/demo.table", "\(directory)/demo.socket", "app/demo"] {
      let result = try vitals("show", source)
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output.contains("app/demo/worker2  up  worker=2"))
      #expect(result.output.contains("phase         starting  The activity of the worker."))
      #expect(result.output.contains("Requests that were answered."))
      #expect(result.output.contains("p99 <= "))
      #expect(result.lines.contains { $0.hasPrefix("    spins      -") })
    }
    let missing = try vitals("show", "\(directory)/none.table")
    #expect(missing.status == 4)
    #expect(missing.errorLines.count == 1)
    #expect(missing.errors.contains("none.table"))
  }

  @Test("watch shows a table for each kind of source with states, rates and bounds")
  func watch() throws {
    let result = try vitals("watch", "app/demo", "--every", "200ms", "--count", "2")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.lines.count { $0.hasPrefix("SOURCE") && $0.contains("moved_bytes/s") } == 2)
    let titles = try #require(result.lines.first { $0.contains("phase") })
    for title in ["served/s", "queue", "latency_hist p50,p99", "spins/s"] {
      #expect(titles.contains(title), "\(titles)")
    }
    let rows = result.lines.filter { $0.hasPrefix("app/demo/worker") }
    #expect(rows.count == 6)
    #expect(rows.allSatisfy { $0.contains("/s") && $0.contains(" table ") && $0.contains("<= ") })
    // A single source is shown as a block.
    let one = try vitals("watch", "app/demo/worker0", "--every", "200ms", "--count", "1")
    #expect(one.output.contains("  requests  by table"))
  }

  @Test("--enable requests a group, and a pattern without a match is reported")
  func enable() throws {
    let result = try vitals(
      "watch", "app/demo", "--enable", "lock", "--every", "200ms", "--count", "2", "--stat",
      "spins")
    let last = try #require(result.lines.last { $0.hasPrefix("app/demo/worker2") })
    #expect(last.hasSuffix("/s"), "\(result.output)")
    #expect(result.errors == "")
    let show = try vitals("show", "app/demo/worker1", "--enable", "app/*/worker1:lock")
    #expect(show.lines.contains { $0.contains("spins") && !$0.contains(" - ") }, "\(show.output)")
    let none = try vitals("show", "app/demo", "--enable", "locks")
    #expect(none.errors.contains("no on-demand group matches 'locks'; available: lock"))
    let file = try vitals("show", "\(directory)/demo.table", "--enable", "lock")
    #expect(file.status == 0)
    #expect(file.errors.contains("without its publisher"), "\(file.errors)")
  }

  private struct Sample: Decodable {
    struct Source: Decodable {
      let path: String
      let keys: [String: String]
      let groups: [Group]
    }
    struct Group: Decodable {
      let name: String
      let provenance: String
      let values: Values?
    }
    struct Values: Decodable {
      let served: UInt64?
      let phase: String?
      let received_bytes: UInt64?
      let sent_bytes: UInt64?
      let moved_bytes: UInt64?
    }
    let sources: [Source]
  }

  @Test("JSON and CSV contain the values, and samples of a latched group are consistent")
  func json() throws {
    let result = try vitals(
      "watch", "app/demo", "--every", "10ms", "--count", "40", "--format", "json")
    let samples = try result.output.split(separator: "\n").map {
      try JSONDecoder().decode(Sample.self, from: Data($0.utf8))
    }
    #expect(samples.count == 40)
    for sample in samples {
      let link = try #require(sample.sources.first { $0.path == "app/demo/link" })
      let values = try #require(link.groups.first?.values)
      let parts = try #require(values.received_bytes) + #require(values.sent_bytes)
      #expect(parts == values.moved_bytes)
    }
    let worker = try #require(samples.last?.sources.first { $0.path == "app/demo/worker1" })
    #expect(worker.keys == ["worker": "1"])
    #expect(worker.groups.first?.provenance == "table")
    #expect(worker.groups.first?.values?.phase != nil)
    let csv = try vitals("show", "app/demo", "--format", "csv")
    #expect(csv.lines.contains { $0.contains("app/demo/worker0,requests,table,up,,phase,state,") })
  }

  @Test("OpenMetrics names begin with vitals_app; publisher, source and group are labels")
  func metrics() throws {
    let result = try vitals("show", "app/demo", "--format", "openmetrics")
    let lines = result.lines
    let served = #"vitals_app_served_total{publisher="demo",worker="0",group="requests"} "#
    #expect(lines.contains { $0.hasPrefix(served) }, "\(result.output)")
    let moved =
      #"vitals_app_moved_bytes_total{publisher="demo",source="link",group="traffic"} "#
    #expect(lines.contains { $0.hasPrefix(moved) })
    #expect(lines.contains { $0.hasPrefix("vitals_app_latency_hist_seconds_bucket{") })
    #expect(lines.contains("# HELP vitals_app_served Requests that were answered."))
    #expect(lines.contains { $0.contains(#"vitals_app_phase="serving""#) })
  }

  @Test("promtool accepts the Prometheus text of a table", .enabled(if: Host.hasPromtool))
  func prometheus() throws {
    let result = try Command.run([
      "bash", "-o", "pipefail", "-c",
      #""$0" show app --tables "$1" --enable lock --format prometheus | promtool check metrics"#,
      Command.product("vitals"), directory,
    ])
    #expect(result.status == 0, "\(result.output) \(result.errors)")
    #expect(result.output == "")
  }

  @Test("describe shows the meanings that the publisher provides")
  func describe() throws {
    let result = try vitals("describe", "served", "phase")
    #expect(result.status == 0)
    #expect(result.output.contains("app/demo/worker<n> (requests)"))
    #expect(result.output.contains("Requests that were answered."))
    #expect(result.output.contains("one of starting, serving, draining"))
  }

  @Test("check passes for a table and its socket and prints the memory use")
  func check() throws {
    let words = ["check", "--all", "\(directory)/demo.table", "\(directory)/demo.socket"]
    let result = try Command.run([Command.product("vitals")] + words)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.lines.contains { $0.contains("worker0: requests ") && $0.hasSuffix(" bytes") })
    let bad = "\(directory)/bad.table"
    try Descriptor.open(bad, for: .create)
      .write(Array("VITALS\u{1a}\u{1}".utf8) + [UInt8](repeating: 0x77, count: 4096))
    let broken = try Command.vitals("check", bad)
    #expect(broken.status == 1)
    #expect(broken.output.contains("FAIL"))
    // An invalid table does not hide the valid one; alone it is an error.
    let both = try vitals("show", bad, "\(directory)/demo.table")
    #expect(both.status == 0)
    #expect(both.output.contains("app/bad  denied") && both.output.contains("app/demo/worker0  up"))
    let alone = try vitals("watch", bad)
    #expect(alone.status == 1)
    #expect(alone.errorLines.count == 1 && alone.errors.contains("bad.table"), "\(alone.errors)")
  }

  @Test("watch reports a killed publisher once and keeps its last values")
  func ends() throws {
    let pid = publisher.child.pid
    let killer = try SystemThread(name: "killer") {
      sleepNanoseconds(700_000_000)
      kill(pid, SIGKILL)
    }
    let result = try vitals("watch", "app/demo", "--every", "200ms", "--count", "6")
    killer.join()
    #expect(result.status == 0)
    let reports = result.lines.filter {
      $0.contains("process \(pid) died; the values are its last")
    }
    #expect(reports.count == 1, "\(result.output)")
    #expect(result.lines.contains { $0.hasPrefix("app/demo/worker0  stale for") })
    let late = try vitals("show", "\(directory)/demo.table")
    #expect(late.status == 0)
    #expect(late.output.contains("died; the values are its last"))
    #expect(late.output.contains("Requests that were answered."))
  }

  @Test(
    "watch on a table makes no system calls except epoll_wait(2) and write(2)",
    .enabled(if: (try? FileStatus("/usr/bin/strace")) != nil))
  func systemCalls() throws {
    let trace = "\(directory)/trace"
    let result = try Command.run([
      "strace", "-f", "-o", trace, Command.product("vitals"), "watch", "app/demo", "--tables",
      directory, "--every", "50ms", "--count", "20",
    ])
    #expect(result.status == 0)
    let calls = try readText(trace).split(separator: "\n").map { line in
      line.drop { $0.isNumber || $0 == " " }.prefix { $0 != "(" }
    }
    let first = try #require(calls.firstIndex(of: "write"))
    let last = try #require(calls.lastIndex(of: "write"))
    let between = calls[first...last]
    #expect(between.count { $0 == "write" } == 20)
    // The trace is in the watched directory, which may cause one wakeup.
    let others = between.filter { $0 != "write" && $0 != "epoll_wait" }
    #expect(others.isEmpty, "\(others)")
  }
}
