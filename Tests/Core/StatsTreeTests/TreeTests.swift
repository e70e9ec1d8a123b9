import Statistics
import StatsTree
import Testing

@Suite struct TreeTests {
  private let schema = Schema(packing: [Statistic("exits", .cumulative)])

  @Test("A path consists of the names from the root")
  func paths() throws {
    let tree = Tree()
    let kvm = try tree.add("kvm")
    let web = try tree.add("web1", below: kvm, labels: ["uuid": "7"], created: 5, owner: 107)
    let vcpu = try tree.add("vcpu0", below: web, keys: ["vcpu": "0"])
    #expect(vcpu.path == "kvm/web1/vcpu0")
    #expect(vcpu.keys == ["vcpu": "0"])
    #expect(vcpu.parent === web)
    #expect(web.labels == ["uuid": "7"] && web.created == 5 && web.owner == 107)
    #expect(kvm.parent === tree.root)
    #expect(kvm.child("web1") === web)
    #expect(kvm.child("web") == nil)
  }

  @Test("A second source of one name below a parent is an error and changes nothing")
  func clash() throws {
    let tree = Tree()
    let kvm = try tree.add("kvm")
    try tree.add("web1", below: kvm)
    let generation = tree.generation
    let clash = #expect(throws: TreeError.self) { try tree.add("web1", below: kvm) }
    #expect(clash == .nameClash(path: "kvm/web1"))
    #expect(kvm.children.count == 1)
    #expect(tree.generation == generation)
    try tree.add("web1")
  }

  @Test("A source is created once, with its parents")
  func source() {
    let tree = Tree()
    let vcpu = tree.source("kvm/web1/vcpu0")
    #expect(vcpu.path == "kvm/web1/vcpu0")
    let generation = tree.generation
    #expect(tree.source("kvm/web1/vcpu0") === vcpu)
    #expect(tree.source("kvm") === vcpu.parent?.parent)
    #expect(tree.generation == generation)
  }

  @Test("The generation grows with each change of membership")
  func generation() throws {
    let tree = Tree()
    var last = tree.generation
    func grown() -> Bool {
      defer { last = tree.generation }
      return tree.generation > last
    }
    let kvm = try tree.add("kvm")
    #expect(grown())
    let web = try tree.add("web1", below: kvm)
    #expect(grown())
    let group = tree.group("kvm/web1", schema, MemoryBacking())
    #expect(grown())
    web.labels["a"] = "b"
    web.status = .gone
    _ = tree.sources()
    #expect(!grown(), "labels and lookups are not changes")
    tree.detach(group)
    #expect(grown())
    tree.detach(group)
    #expect(!grown(), "it was not attached")
    tree.remove(web)
    #expect(grown())
    tree.remove(web)
    #expect(!grown(), "it was not in the tree")
    tree.remove(tree.root)
    #expect(!grown(), "the root stays")
  }

  @Test("Removing a source removes all sources below it and frees its name")
  func remove() throws {
    let tree = Tree()
    let vcpu = tree.source("kvm/web1/vcpu0")
    let web = try #require(vcpu.parent)
    _ = tree.source("kvm/web2")
    tree.remove(web)
    #expect(tree.sources().map(\.path) == ["kvm", "kvm/web2"])
    #expect(web.parent == nil)
    #expect(tree.source("kvm/web1") !== web)
  }

  @Test("Sources are listed parents first, in the order in which they were added")
  func order() throws {
    let tree = Tree()
    for path in ["kvm/b/1", "host", "kvm/a", "kvm/b/0"] { _ = tree.source(path) }
    #expect(tree.sources().map(\.path) == ["kvm", "kvm/b", "kvm/b/1", "kvm/b/0", "kvm/a", "host"])
    let pattern = try Pattern("kvm/b")
    #expect(tree.sources(matching: pattern).map(\.path) == ["kvm/b", "kvm/b/1", "kvm/b/0"])
  }

  @Test("The id of a group is never reused")
  func ids() {
    let tree = Tree()
    let first = tree.group("a", schema, MemoryBacking())
    tree.detach(first)
    let second = tree.group("a", schema, MemoryBacking())
    #expect(first.id != second.id)
    #expect(second.source === tree.source("a"))
    #expect(tree.source("a").groups.map(\.id) == [second.id])
  }
}
