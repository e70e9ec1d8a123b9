import LinuxSystem
import Statistics
import StatsTree
import Synchronization
import Testing

@Suite struct TreeErrorTests {
  private let tree = Tree()
  private let backing = MemoryBacking()
  private let schema = Schema(packing: [Statistic("runs", .cumulative)])

  /// Returns the error of a change, which must not have changed the tree.
  private func thrownError(_ body: () throws(TreeError) -> Void) -> TreeError? {
    let generation = tree.generation
    defer { #expect(tree.generation == generation) }
    do {
      try body()
    } catch {
      #expect(!error.description.isEmpty)
      return error
    }
    return nil
  }

  @Test("A name must not be empty or contain a slash", arguments: ["", "a/b", "/"])
  func names(name: String) {
    #expect(thrownError { () throws(TreeError) in try tree.add(name) } == .badName(name))
    #expect(
      thrownError { () throws(TreeError) in _ = try tree.makeSource(name) } == .badName(name))
  }

  @Test("A source has one place")
  func places() throws {
    let kvm = try tree.add("kvm")
    let web = try tree.add("web", below: kvm)
    let other = try tree.makeSource("web")
    #expect(
      thrownError { () throws(TreeError) in try tree.add(web, below: tree.root) }
        == .hasParent(path: "kvm/web"))
    #expect(
      thrownError { () throws(TreeError) in try tree.add(other, below: kvm) }
        == .nameClash(path: "kvm/web"))
    #expect(
      thrownError { () throws(TreeError) in try tree.add(tree.root, below: other) }
        == .foreign(path: ""))
    #expect(
      thrownError { () throws(TreeError) in try tree.add(Tree().makeSource("a"), below: kvm) }
        == .foreign(path: "a"))
    #expect(
      thrownError { () throws(TreeError) in try tree.add("a", below: Tree().root) }
        == .foreign(path: "a"))
  }

  @Test("A source is never above itself or counted by itself")
  func cycles() throws {
    let (a, b, c) = (try tree.makeSource("a"), try tree.makeSource("b"), try tree.add("c"))
    #expect(thrownError { () throws(TreeError) in try tree.add(a, below: a) } == .cycle(path: "a"))
    try tree.add(b, below: a)
    #expect(thrownError { () throws(TreeError) in try tree.add(a, below: b) } == .cycle(path: "a"))
    #expect(thrownError { () throws(TreeError) in try tree.count(c, in: c) } == .cycle(path: "c"))
    #expect(thrownError { () throws(TreeError) in try tree.count(a, in: b) } == .cycle(path: "a"))
    try tree.count(b, in: c)
    try tree.count(b, in: c)
    #expect(thrownError { () throws(TreeError) in try tree.count(c, in: b) } == .cycle(path: "c"))
    tree.remove(c)
    try tree.count(b, in: c)
    #expect(thrownError { () throws(TreeError) in try tree.add(c, below: b) } == .cycle(path: "c"))
    #expect(
      thrownError { () throws(TreeError) in try tree.count(Tree().root, in: a) }
        == .foreign(path: ""))
  }

  @Test("A group is attached once; with another token, name or backing it is another group")
  func groups() throws {
    let source = try tree.add("a")
    func attach(
      _ name: String = "kvm", token: Int = 0, backing: MemoryBacking? = nil,
      to place: Source? = nil
    ) throws(TreeError) -> Group {
      try tree.attach(
        name, schema: schema, backing: backing ?? self.backing, token: token,
        provenance: .simulated, to: place ?? source)
    }
    let first = try attach()
    let error = TreeError.groupAttached(path: "a", group: "kvm")
    #expect(thrownError { () throws(TreeError) in _ = try attach() } == error)
    _ = try attach(token: 1)
    _ = try attach("sched")
    _ = try attach(backing: MemoryBacking())
    #expect(
      thrownError { () throws(TreeError) in _ = try attach(to: Tree().root) } == .foreign(path: ""))
    tree.detach(first)
    _ = try attach()
    #expect(source.groups.count == 4)
  }

  @Test("An aggregate is attached once for each name and schema")
  func aggregates() throws {
    let family = tree.group("a", schema, backing).family
    let source = tree.source("a")
    try tree.aggregate(family, as: "all", over: source)
    let error = TreeError.groupAttached(path: "a", group: "all")
    #expect(
      thrownError { () throws(TreeError) in try tree.aggregate(family, as: "all", over: source) }
        == error)
    try tree.aggregate(family, by: [.maximum], as: "all", over: source)
    try tree.aggregate(family, as: "other", over: source)
    #expect(
      thrownError { () throws(TreeError) in try tree.aggregate(family, as: "all", over: Tree().root)
      }
        == .foreign(path: ""))
  }

  @Test("No backing is called between passes")
  func betweenPasses() throws {
    final class Shared: @unchecked Sendable {
      let tree: Tree
      let isAsked = Atomic(false)
      let isOver = Atomic(false)
      let met = Atomic(0)
      let passes = Atomic(0)

      init(_ tree: Tree) { self.tree = tree }
    }
    final class Backing: StatsTree.Backing {
      let shared: Shared

      init(_ shared: Shared) { self.shared = shared }

      func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
        shared.isAsked.store(true, ordering: .sequentiallyConsistent)
        for placement in placements { snapshot.fail(placement, .gone) }
        shared.passes.wrappingAdd(1, ordering: .relaxed)
        shared.isAsked.store(false, ordering: .sequentiallyConsistent)
      }
    }
    let shared = Shared(tree)
    let backing = Backing(shared)
    for token in 0..<50 {
      try tree.attach(
        "a", schema: schema, backing: backing, token: token, provenance: .simulated,
        to: tree.source("a"))
    }
    let thread = try SystemThread(name: "passes", stackSize: 1 << 20) {
      let sampler = Sampler(shared.tree)
      while !shared.isOver.load(ordering: .relaxed) { sampler.pass() }
    }
    for _ in 0..<300 {
      tree.betweenPasses {
        if shared.isAsked.load(ordering: .sequentiallyConsistent) {
          shared.met.wrappingAdd(1, ordering: .relaxed)
        }
      }
    }
    shared.isOver.store(true, ordering: .relaxed)
    thread.join()
    #expect(shared.met.load(ordering: .relaxed) == 0)
    #expect(try tree.betweenPasses { () throws(TreeError) -> Int in 7 } == 7)
  }
}
