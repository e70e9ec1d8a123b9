import Statistics

/// Where each group's record lies in a snapshot, and which backing fills it.
///
/// Compiled once for each generation of the tree; a pass walks it.
public struct Plan {
  /// A group and its place.
  public struct Entry {
    public let group: Group
    /// The group's source; held, so that it can be named after it has left the tree.
    public let source: Source
    public let placement: Placement
    /// The positions in the schema of the statistics that views show.
    public let shown: [Int]
  }

  /// What one backing is asked in a pass.
  struct Batch {
    let backing: any Backing
    var placements: [Placement]
  }

  /// In the order of the tree: parents first.
  public let entries: [Entry]
  /// The words of all records.
  public let wordCount: Int
  /// The tree's generation that it was compiled for.
  public let generation: UInt64
  let batches: [Batch]

  /// The plan for the groups of the sources that match, with the statistics that match.
  ///
  /// A group without such a statistic has no entry.
  ///
  /// - Complexity: O(*n*) in the number of sources and groups.
  public init(
    _ tree: Tree, matching pattern: Pattern = .everything,
    statistics names: Pattern = .everything
  ) {
    var shownOf: [UInt64: [Int]] = [:]
    var entries: [Entry] = []
    var batches: [Batch] = []
    var batchOf: [ObjectIdentifier: Int] = [:]
    var offset = 0
    tree.root.visit { source in
      guard source !== tree.root, pattern.matches(source.path) else { return }
      for group in source.groups {
        let statistics = group.schema.statistics
        let shown =
          shownOf[group.schema.hash]
          ?? statistics.indices.filter { names.matches(statistics[$0].name) }
        shownOf[group.schema.hash] = shown
        if shown.isEmpty, !statistics.isEmpty { continue }
        let placement = Placement(
          index: entries.count, offset: offset, count: group.schema.wordCount, token: group.token)
        offset += placement.count
        entries.append(
          Entry(group: group, source: source, placement: placement, shown: shown))
        let key = ObjectIdentifier(group.backing)
        if let batch = batchOf[key] {
          batches[batch].placements.append(placement)
        } else {
          batchOf[key] = batches.count
          batches.append(Batch(backing: group.backing, placements: [placement]))
        }
      }
    }
    self.entries = entries
    // Who may wait comes last, so that the others' windows do not depend on it.
    self.batches = batches.filter { !$0.backing.mayWait } + batches.filter { $0.backing.mayWait }
    wordCount = offset
    generation = tree.generation
  }

  /// Reads every group once.
  func sample(into snapshot: inout Snapshot) {
    // By index: unoptimized, an iterator allocates for each element.
    for index in batches.indices {
      batches[index].backing.sample(batches[index].placements, into: &snapshot)
    }
  }
}
