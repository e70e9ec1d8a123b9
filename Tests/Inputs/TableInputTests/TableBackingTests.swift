import CAllocations
import LinuxSystem
import SharedTable
import Statistics
import StatsTesting
import StatsTree
import Testing

@testable import TableInput

@Suite struct TableBackingTests {
  private static let sums = Schema(packing: [
    Statistic("left", .cumulative), Statistic("right", .cumulative),
    Statistic("total", .cumulative),
  ])

  private func reader(of publisher: Publisher) throws -> Reader {
    try Reader(of: try publisher.descriptorForReader(), file: "test")
  }

  @Test("The backing conforms for relaxed, latched, disabled, denied, gone and removed groups")
  func conforms() throws {
    let publisher = try Publisher(.unnamed)
    let source = try publisher.addSource("worker")
    let relaxed = try publisher.addRecord("requests", schema: Stage.schema, to: source)
    relaxed.counter("served")?.add(12)
    let latched = try publisher.addRecord(
      "sums", schema: Self.sums, to: source, consistency: .latched)
    latched.replace([3, 4, 7])
    let heavy = try publisher.addRecord("heavy", schema: Stage.heavy, to: source)
    let denied = try publisher.addRecord("denied", schema: Stage.schema, to: source)
    denied.setStatus(.denied(code: 13))
    let gone = try publisher.addRecord("gone", schema: Stage.schema, to: source)
    gone.setStatus(.gone)
    let removed = try publisher.addRecord("removed", schema: Stage.schema, to: source)
    let reader = try reader(of: publisher)
    let backing = TableBacking(reader)
    var words: [Int: [UInt64]] = [:]
    let members = reader.groups.map { group in
      let token = backing.open(group)
      let none = Inactive.unsigned
      words[token] = ["requests": [12, none], "sums": [3, 4, 7], "heavy": [none]][group.name]
      return BackingConformance.Member(
        token: token, schema: group.schema, works: words[token] != nil)
    }
    try publisher.remove(removed)
    let violations = BackingConformance(
      backing, members: members, expected: { words[$0] }
    ).run()
    #expect(violations == [])
    #expect(members.count == 6)
    #expect(heavy.isOnDemand)
  }

  @Test("The records conform in a tree by the rules of statsfs, except for clearing")
  func conformsInTree() {
    let rules = TreeConformance(TableSource()).rules()
    #expect(rules.flatMap(\.violations) == [])
    let skipped = rules.filter { rule in
      if case .skipped = rule.outcome { true } else { false }
    }
    #expect(skipped.map(\.number) == [21, 22])
    #expect(rules.flatMap(\.omitted) == [])
  }

  @Test("A window stated by the record applies unless it is in the future")
  func windows() throws {
    let publisher = try Publisher(.unnamed)
    let source = try publisher.addSource("worker")
    let record = try publisher.addRecord(
      "sums", schema: Self.sums, to: source, consistency: .latched)
    let reader = try reader(of: publisher)
    let backing = TableBacking(reader)
    let tree = Tree()
    try tree.attach(
      "sums", schema: Self.sums, backing: backing, token: backing.open(reader.groups[0]),
      provenance: .table, to: tree.source("app/web"))
    let sampler = Sampler(tree)
    let now = monotonicNanoseconds()
    record.replace([1, 1, 2], window: Window(begin: now - 90, end: now - 50))
    sampler.pass()
    let entry = try #require(sampler.plan.entries.first)
    #expect(sampler.window(of: entry) == Window(begin: now - 90, end: now - 50))
    record.replace([1, 1, 2], window: Window(begin: now, end: .max))
    sampler.pass()
    #expect(sampler.window(of: entry).end <= monotonicNanoseconds())
  }

  @Test("A group that the publisher marks as stale has current words")
  func stale() throws {
    let publisher = try Publisher(.unnamed)
    let source = try publisher.addSource("worker")
    let record = try publisher.addRecord("requests", schema: Stage.schema, to: source)
    let reader = try reader(of: publisher)
    let backing = TableBacking(reader)
    let tree = Tree()
    try tree.attach(
      "requests", schema: Stage.schema, backing: backing, token: backing.open(reader.groups[0]),
      provenance: .table, to: tree.source("app/web"))
    record.counter("served")?.add(5)
    record.setStatus(.stale(since: 77))
    let sampler = Sampler(tree)
    for _ in 0..<3 {
      sampler.pass()
      let entry = try #require(sampler.plan.entries.first)
      #expect(sampler.status(of: entry) == .stale(since: 77))
      #expect(sampler.value(Stage.schema.statistics[0], of: entry) == 5)
      #expect(sampler.rate(Stage.schema.statistics[0], of: entry) == nil)
    }
  }

  @Test(
    "The status of a table is converted to that of the tree",
    arguments: [
      (.up, .up), (.stale(since: 7), .stale(since: 7)), (.stale(since: 0), .stale(since: 100)),
      (.stale(since: 101), .stale(since: 100)), (.denied(code: 13), .denied(code: 13)),
      (.gone, .gone), (.unknown(9), .stale(since: 100)),
    ] as [(TableStatus, Status)])
  func statusConversion(table: TableStatus, tree: Status) {
    #expect(table.treeStatus(at: 100) == tree)
  }

  @Test("The values of a source and group with an unknown status are stale")
  func unknownStatus() throws {
    let stage = try Stage()
    let publisher = try stage.publisher("web")
    let source = try publisher.addSource("worker")
    let record = try publisher.addRecord("requests", schema: Stage.schema, to: source)
    record.counter("served")?.add(5)
    record.setStatus(.unknown(9))
    try publisher.setStatus(.unknown(9), of: source)
    let input = try stage.input()
    _ = input.refresh()
    let sampler = Sampler(stage.tree)
    sampler.pass()
    let entry = try #require(sampler.plan.entries.first)
    #expect(sampler.status(of: entry).word == "stale")
    #expect(sampler.value(Stage.schema.statistics[0], of: entry) == 5)
    #expect(stage.source("app/web/worker")?.status.word == "stale")
    let texts = stage.source("app/web")?.diagnostics.map(\.text) ?? []
    #expect(texts.contains { $0.contains("unknown status 9") }, "\(texts)")
    publisher.close()
  }

  @Test(
    "After the first two, a pass over 500 groups does not allocate memory",
    .enabled(if: allocations_are_counted(), "a sanitizer replaces malloc"))
  func allocations() throws {
    let publisher = try Publisher(.unnamed)
    var records: [Record] = []
    for number in 0..<500 {
      let source = try publisher.addSource("worker\(number)")
      records.append(
        number.isMultiple(of: 2)
          ? try publisher.addRecord("requests", schema: Stage.schema, to: source)
          : try publisher.addRecord("sums", schema: Self.sums, to: source, consistency: .latched))
    }
    let reader = try reader(of: publisher)
    let backing = TableBacking(reader)
    let tree = Tree()
    for group in reader.groups {
      try tree.attach(
        group.name, schema: group.schema, backing: backing, token: backing.open(group),
        provenance: .table, to: tree.source("app/web/\(group.source)"))
    }
    let sampler = Sampler(tree)
    for _ in 0..<3 { sampler.pass() }
    allocations_reset()
    for _ in 0..<20 { sampler.pass() }
    let count = allocations_count()
    #expect(count == 0)
    #expect(sampler.plan.entries.count == 500)
    _ = records
  }
}
