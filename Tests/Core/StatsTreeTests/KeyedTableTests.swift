import Statistics
import StatsTree
import Testing

/// Rows that are identified by keys, added and removed.
struct KeyedTableTests {
  private let schema = Schema(packing: [Statistic("bytes", .cumulative, unit: .bytes)])
  private let backing = MemoryBacking()
  private let tree = Tree()

  private func table(_ fields: KeyFields, _ path: String) -> KeyedTable {
    KeyedTable(
      of: fields, below: tree.source(path), in: tree,
      parts: [
        KeyedTable.Part("traffic", schema: schema, backing: backing, provenance: .simulated)
      ])
  }

  private func open(_ bytes: UInt64) -> [Int] {
    let token = backing.answers.count
    backing.answers[token] = .words(
      [bytes], Window(begin: UInt64(token) + 1, end: UInt64(token) + 2))
    return [token]
  }

  @Test("A row is found by its keys, and its source by its path")
  func rowFound() throws {
    let devices = table(KeyFields("device"), "net")
    let row = try devices.add(["eth0"], tokens: open(5))
    #expect(row.path == "net/eth0" && row.keys == ["device": "eth0"])
    #expect(devices["eth0"] === row && devices["eth1"] == nil)
    #expect(throws: TreeError.nameClash(path: "net/eth0")) {
      try devices.add(["eth0"], tokens: open(6))
    }
    #expect(devices.rows.count == 1)
  }

  @Test("Two keys identify one row, whatever their values")
  func twoKeys() throws {
    let ports = table(KeyFields("port", "vlan"), "switch")
    let pairs = [["64", "12"], ["6", "412"], ["a/b", ".,%"], ["", ""], ["%2F", "x"]]
    for pair in pairs { try ports.add(pair, tokens: open(1)) }
    #expect(ports.rows.map(\.keys) == pairs.map { ["port": $0[0], "vlan": $0[1]] })
    #expect(ports.rows.map(\.name).prefix(2) == ["64,12", "6,412"])
    #expect(ports["a/b", ".,%"]?.path == "switch/a%2Fb,%2E%2C%25")
  }

  @Test("Another source below the table's source is not a row")
  func anotherSource() throws {
    let devices = table(KeyFields("device"), "net")
    let other = try tree.add("lo", below: tree.source("net"))
    #expect(devices["lo"] == nil && devices.rows.isEmpty)
    #expect(throws: TreeError.nameClash(path: "net/lo")) {
      try devices.add(["lo"], tokens: open(1))
    }
    #expect(!devices.remove(["lo"]) && other.parent != nil)
  }

  @Test("An update adds and removes rows, and sums do not fall")
  func rowsCome() throws {
    let devices = table(KeyFields("device"), "net")
    try devices.add(["eth0"], tokens: open(5))
    let family = try #require(tree.families.first)
    let all = try tree.aggregate(family, as: "all", over: devices.source)
    let sampler = Sampler(tree)
    sampler.pass()
    var left: [[String]] = []
    try devices.update(
      [["eth1"], ["eth2"]], tokens: { _ in open(10) }, leaving: { left.append($0) })
    #expect(left == [["eth0"]])
    #expect(devices.rows.map(\.name) == ["eth1", "eth2"])
    sampler.pass()
    let entry = try #require(sampler.plan.entries.first { $0.group === all })
    let bytes = all.schema.statistics[0]
    #expect(sampler.value(bytes, of: entry) == 25)
    #expect(sampler.retained(0, of: entry) == 5)
    #expect(sampler.rate(bytes, of: entry)?.increase == 0, "counts before joining are not growth")
    #expect(sampler.members(of: entry)?.count == 2)
    #expect(sampler.members(of: entry)?.departedCount == 1)
  }

  @Test("The rows of a statistic are the groups of a family")
  func statisticRows() throws {
    let devices = table(KeyFields("device"), "net")
    for name in ["eth0", "eth1", "lo"] { try devices.add([name], tokens: open(1)) }
    let family = try #require(tree.families.first)
    #expect(tree.groups(of: family).map(\.source.name) == ["eth0", "eth1", "lo"])
    #expect(tree.groups(with: schema).count == 3)
  }
}
