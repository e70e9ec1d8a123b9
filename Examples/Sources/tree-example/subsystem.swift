// Adds the statistics of a subsystem to a tree: queues that come and go, and their aggregate.
//
// docs/tree.md describes this program.

import LinuxSystem
import Statistics
import StatsFormats
import StatsKnowledge
import StatsText
import StatsTree
import Synchronization

/// A queue that counts its work, independently of readers.
final class Queue: Sendable {
  let served = Atomic<UInt64>(0)
  let depth = Atomic<UInt32>(0)
  let isPaused = Atomic<Bool>(false)

  func serve(_ count: UInt64) {
    served.wrappingAdd(count, ordering: .relaxed)
  }
}

/// The statistics of a program's queues in a tree.
struct QueueStatistics {
  // The fields of each queue and the closures that read them.
  private static let fields: [RecordField<Queue>] = [
    RecordField("served", meaning: "Requests that were answered.") {
      $0.served.load(ordering: .relaxed)
    },
    RecordField("depth", .instant, meaning: "Requests that wait.") {
      $0.depth.load(ordering: .relaxed)
    },
    RecordField("paused", meaning: "Whether it takes no requests now.") {
      $0.isPaused.load(ordering: .relaxed)
    },
  ]

  let table: KeyedTable
  private let backing: RecordBacking<Queue>

  /// Adds the table `queues` to a tree, with an aggregate of all of its rows.
  init(in tree: Tree) throws {
    backing = RecordBacking(Self.fields)
    let source = tree.source("queues")
    table = KeyedTable(
      of: KeyFields("queue"), below: source, in: tree,
      parts: [
        KeyedTable.Part(
          "queue", schema: backing.schema, backing: backing, provenance: .memory)
      ])
    try tree.aggregate(
      tree.family("queue", backing.schema), as: "all.queue", over: source)
  }

  func add(_ queue: Queue, _ name: String) throws {
    try table.add([name], tokens: [backing.add(queue)])
  }

  func remove(_ name: String) {
    table.remove([name])
  }
}

@main
struct Subsystem {
  static func main() throws {
    let tree = Tree()
    let statistics = try QueueStatistics(in: tree)
    let queues = ["mail": Queue(), "print": Queue(), "scan": Queue()]
    for (name, queue) in queues.sorted(by: { $0.key < $1.key }) { try statistics.add(queue, name) }
    queues["mail"]?.serve(40)
    queues["print"]?.serve(2)
    queues["print"]?.depth.store(7, ordering: .relaxed)
    queues["print"]?.isPaused.store(true, ordering: .relaxed)

    let sampler = Sampler(tree)
    sampler.pass()
    // The requests that mail served stay in the sum.
    statistics.remove("mail")
    queues["scan"]?.serve(5)
    sampler.pass()
    let now = Timestamp(monotonic: monotonicNanoseconds(), realtime: realtimeNanoseconds())
    print(ShowText(meanings: .builtIn).text(of: sampler, at: now), terminator: "")
  }
}
