import Statistics
import StatsFormats
import StatsKnowledge
import StatsTesting
import StatsTree
import TestSupport
import Testing

@testable import StatsTerminal

/// A layout that reuses rows of the previous one equals a new layout.
@Suite("Reuse of rows") final class TopLayoutTests {
  private let tree = Tree()
  private let backing = InMemoryBacking()
  private var words = Array(repeating: [0, 0] as [UInt64], count: 50)
  private var time: UInt64 = 1_000_000_000
  private let sampler: Sampler
  private let schema = TopExample.sched

  init() {
    sampler = Sampler(tree)
    for _ in words { _ = backing.add(.silent) }
  }

  private func add(_ name: String, token: Int) throws -> Source {
    let vm = try tree.add(name, below: tree.source("kvm"))
    let vcpu = try tree.add("vcpu0", below: vm)
    try tree.attach(
      "sched", schema: schema, backing: backing, token: token, provenance: .simulated, to: vcpu)
    tree.assignRolesByPath()
    words[token] = [UInt64(token) * 1_000, UInt64(token)]
    return vm
  }

  private func step() {
    time += 1_000_000_000
    backing.window = Window(begin: time, end: time)
    for token in words.indices {
      words[token][0] += UInt64(token + 1) * 10_000_000
      words[token][1] += UInt64(token + 1) * 1_000_000
      backing.set(token, .words(words[token]))
    }
    sampler.pass()
  }

  @Test("A layout with reused rows equals a new one while VMs start and stop")
  func churn() throws {
    var generator = SystemRandomNumberGenerator()
    var vms: [Source] = []
    var old: TopLayout?
    for round in 0..<200 {
      let token = round % 50
      if vms.count > 3, Bool.random(using: &generator) {
        let index = Int.random(in: vms.indices, using: &generator)
        tree.remove(vms.remove(at: index))
      } else {
        vms.append(try add("m\(round)", token: token))
      }
      step()
      step()
      let kept = TopLayout(sampler, .builtIn, instead: old)
      let fresh = TopLayout(sampler, .builtIn)
      let samples = [kept, fresh].map {
        TopSample($0, sampler, at: Timestamp(monotonic: 1, realtime: 1))
      }
      for view in kept.tables.indices {
        #expect(kept.tables[view].columns == fresh.tables[view].columns)
        #expect(kept.tables[view].rows.map(\.path) == fresh.tables[view].rows.map(\.path))
        let texts = samples.map { sample in
          sample.parts[view].values.map { "\($0)" } + sample.parts[view].statuses.map(\.text)
        }
        #expect(texts[0] == texts[1], "round \(round)")
      }
      old = kept
    }
    #expect(!vms.isEmpty)
  }
}
