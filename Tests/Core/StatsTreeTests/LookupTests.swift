import Statistics
import StatsTree
import Testing

@Suite struct LookupTests {
  private let tree = Tree()
  private let backing = MemoryBacking()
  private let runs = Schema(packing: [Statistic("runs", .cumulative)])
  private let bytes = Schema(packing: [Statistic("bytes", .cumulative)])

  @Test("A source is found by its path")
  func find() {
    let vcpu = tree.source("kvm/web1/vcpu0")
    #expect(tree.find("kvm/web1/vcpu0") === vcpu)
    #expect(tree.find("/kvm//web1/vcpu0/") === vcpu, "as in a file system")
    #expect(tree.find("kvm/web1") === vcpu.parent)
    for path in ["", "/", "web1", "kvm/web", "kvm/web1/vcpu0/0"] { #expect(tree.find(path) == nil) }
    tree.remove(tree.source("kvm/web1"))
    #expect(tree.find("kvm/web1/vcpu0") == nil)
  }

  @Test("Groups are found by schema and by family, parents first")
  func groups() throws {
    let first = tree.group("kvm/a/0", runs, backing, token: 0)
    let above = tree.group("kvm/a", runs, backing, token: 1)
    let other = tree.group("kvm/b", bytes, backing, token: 2)
    let named = try tree.attach(
      "named", schema: runs, backing: backing, token: 3, provenance: .simulated,
      to: tree.source("kvm/b"), isHidden: true)
    #expect(first.family === above.family && first.family !== named.family)
    #expect(tree.groups(of: first.family).map(\.id) == [above.id, first.id])
    #expect(tree.groups(of: named.family).map(\.id) == [named.id])
    let same = Schema(packing: [Statistic("runs", .cumulative)])
    #expect(tree.groups(with: same).map(\.id) == [above.id, first.id, named.id])
    #expect(tree.groups(with: bytes).map(\.id) == [other.id])
    #expect(tree.groups(with: Schema(packing: [])).isEmpty)
  }

  @Test("Families are listed in the order of their first groups, without those of aggregates")
  func families() throws {
    #expect(tree.families.isEmpty)
    let first = tree.group("kvm/a", bytes, backing, token: 0)
    let second = tree.group("kvm/b", runs, backing, token: 1)
    tree.group("kvm/c", bytes, backing, token: 2)
    try tree.aggregate(first.family, as: "all", over: tree.source("kvm"))
    #expect(
      tree.families.map(ObjectIdentifier.init)
        == [first, second].map { ObjectIdentifier($0.family) })
    #expect(tree.families.map(\.name) == ["test", "test"])
    tree.detach(first)
    tree.remove(tree.source("kvm/c"))
    #expect(tree.families.map { $0.schema } == [runs])
  }

  @Test("Everybody sees all sources; a user sees own sources and those without an owner")
  func viewers() throws {
    #expect(Viewer.everybody.sees(1) && Viewer.everybody.sees(nil))
    #expect(Viewer.user(1).sees(1) && Viewer.user(1).sees(nil) && !Viewer.user(1).sees(2))
    let theirs = try tree.add("theirs", owner: 1)
    try tree.add("below", below: theirs)
    try tree.add("other", below: theirs, owner: 2)
    let secret = try tree.add("secret", isHidden: true)
    try tree.add("below", below: secret)
    func seen(_ viewer: Viewer, hidden: Bool = false) -> [String] {
      tree.sources(visibleTo: viewer, includingHidden: hidden).map(\.path)
    }
    #expect(seen(.everybody) == ["theirs", "theirs/below", "theirs/other"])
    #expect(seen(.user(1)) == ["theirs", "theirs/below"])
    #expect(seen(.user(2)) == ["theirs/other"])
    #expect(seen(.user(3), hidden: true) == ["secret", "secret/below"])
    #expect(theirs.child("below")?.owner == 1 && secret.child("below")?.isHidden == true)
  }

  @Test("Aggregates exclude the sources that the viewer may not see")
  func aggregates() throws {
    let parent = try tree.add("kvm")
    let window = Window(begin: 1000, end: 1010)
    var family: Family?
    for owner in 1...2 as ClosedRange<UInt32> {
      let source = try tree.add("vm\(owner)", below: parent, owner: owner)
      backing.answers[Int(owner)] = .words([UInt64(owner) * 10], window)
      family = try tree.attach(
        "kvm", schema: runs, backing: backing, token: Int(owner), provenance: .simulated, to: source
      ).family
    }
    try tree.aggregate(try #require(family), as: "all", over: parent)
    for (viewer, sum) in [(Viewer.everybody, 30 as UInt64), (.user(1), 10), (.user(2), 20)] {
      let sampler = Sampler(tree, Selection(viewer: viewer, parts: .aggregates))
      sampler.pass()
      let entry = try #require(sampler.plan.entries.first)
      #expect(sampler.value(runs.statistics[0], of: entry) == sum)
      #expect(sampler.shows(tree.source("kvm/vm1")) == (viewer != .user(2)))
    }
  }
}
