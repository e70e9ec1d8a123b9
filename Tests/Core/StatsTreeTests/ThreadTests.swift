import LinuxSystem
import Statistics
import StatsTree
import Synchronization
import Testing

/// Changes of a tree by several threads, while others sample and read it.
///
/// `Scripts/check-threads.sh` runs it under ThreadSanitizer; `VITALS_ROUNDS` makes a longer run.
@Suite struct ThreadTests {
  private static let rounds = environmentNumber("VITALS_ROUNDS", otherwise: 60)
  private let runs = Statistic("runs", .cumulative)
  private let tree = Tree()

  /// Every value is the number of calls.
  private final class CallCountBacking: Backing {
    private var count: UInt64 = 0

    func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
      count += 1
      for placement in placements {
        snapshot.fill(placement) { $0[0] = count }
        snapshot.finish(placement, Window(begin: count * 1000, end: count * 1000 + 10))
      }
    }
  }

  // Only passes call the backing, and passes are serialized.
  private final class Shared: @unchecked Sendable {
    let backing = CallCountBacking()
    let isOver = Atomic(false)
  }

  private func thread(
    _ name: String, _ shared: Shared, _ body: @escaping @Sendable (Int) -> Void
  ) throws -> SystemThread {
    try SystemThread(name: name, stackSize: 1 << 20) {
      var round = 0
      while !shared.isOver.load(ordering: .relaxed) {
        body(round)
        round += 1
      }
    }
  }

  @Test("Threads change the tree while others sample and read it")
  func beside() throws {
    let shared = Shared()
    let (tree, runs) = (tree, runs)
    let schema = Schema(packing: [runs])
    let family = tree.group("kvm/steady", schema, shared.backing).family
    let all = try tree.aggregate(family, as: "all", over: tree.source("kvm"))
    let fields = KeyFields("vcpu", prefix: "vcpu")

    var threads: [SystemThread] = []
    for worker in 0..<2 {
      threads.append(
        try thread("grow\(worker)", shared) { round in
          // Both add and remove the same names.
          guard let source = try? tree.add("vm\(round % 5)", below: tree.source("kvm")) else {
            if let known = tree.find("kvm/vm\(round % 5)"), round % 3 == 0 { tree.remove(known) }
            return
          }
          for vcpu in 0..<3 {
            guard let made = try? tree.add(["\(vcpu)"], of: fields, below: source) else { return }
            _ = try? tree.attach(
              "test", schema: schema, backing: shared.backing, token: vcpu, provenance: .simulated,
              to: made)
          }
          _ = try? tree.aggregate(family, as: "some", over: source)
          _ = try? tree.count(source, in: tree.source("cgroup/slice\(round % 2)"))
          if round % 4 == 0, let group = source.child("vcpu1")?.groups.first { tree.detach(group) }
          if round % 2 == 0 {
            tree.remove(source)
            _ = try? tree.add(source, below: tree.source("moved"))
            tree.remove(source)
          }
        })
    }
    threads.append(
      try thread("facts", shared) { round in
        for source in tree.sources() {
          source.labels["round"] = "\(round)"
          source.status = round % 2 == 0 ? .up : .gone
          source.diagnostics = [Diagnostic("place", "\(source.path) \(source.keys)")]
        }
        if round % 5 == 0, let group = tree.find("cgroup/slice0") { tree.remove(group) }
      })
    threads.append(
      try thread("read", shared) { _ in
        var count = 0
        tree.root.visit {
          count += $0.groups.count + $0.children.count + $0.labels.count + $0.diagnostics.count
          if $0.status == .gone, $0.isHidden || $0.owner != nil { count += 1 }
        }
        _ = tree.families
        _ = tree.groups(with: schema)
        _ = tree.changes(since: tree.generation &- 5)
        _ = tree.betweenPasses { 1 }
      })
    threads.append(
      try thread("sample", shared) { [sampler = Selection(parts: .aggregates)] _ in
        let other = Sampler(tree, sampler)
        for _ in 0..<20 { other.pass() }
        _ = other.plan.entries.map { other.value(runs, of: $0) }
      })
    defer {
      shared.isOver.store(true, ordering: .relaxed)
      for thread in threads { thread.join() }
    }

    let sampler = Sampler(tree)
    var last: UInt64 = 0
    for _ in 0..<Self.rounds {
      sampler.pass()
      let entry = try #require(sampler.plan.entries.first { $0.group === all })
      let value = try #require(sampler.value(runs, of: entry))
      #expect(value >= last, "the sum fell")
      last = value
      for entry in sampler.plan.entries {
        let delta = sampler.delta(runs, of: entry)
        if case .reset? = delta { Issue.record("\(entry.source.path) fell") }
      }
      #expect(sampler.members(of: entry)?.upCount == sampler.members(of: entry)?.count)
    }
  }
}

extension Tree {
  fileprivate func group(_ path: String, _ schema: Schema, _ backing: some Backing) -> Group {
    do {
      return try attach(
        "test", schema: schema, backing: backing, token: 0, provenance: .simulated,
        to: source(path))
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
