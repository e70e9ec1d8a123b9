import Statistics
import StatsTree

/// A source of the reference, with the real one.
final class ModelSource {
  let real: Source
  let name: String
  let owner: UInt32?
  let isHidden: Bool
  var parent: ModelSource?
  var children: [ModelSource] = []
  var groups: [ModelGroup] = []
  /// The sources whose aggregates count this one, too.
  var counters: [ModelSource] = []

  init(_ real: Source, owner: UInt32? = nil, isHidden: Bool = false) {
    self.real = real
    name = real.name
    self.owner = owner
    self.isHidden = isHidden
  }
}

/// A group of the reference.
final class ModelGroup {
  /// The result of the group's next samples.
  enum Nature { case up, silent, torn, ended, denied, gone }

  let real: Group
  let source: ModelSource
  /// The index of its backing; `nil` for an aggregate.
  let backing: Int?
  var nature = Nature.up
  var words: [UInt64]
  /// Whether its windows often repeat those of an earlier pass.
  var isSlow = false

  init(_ real: Group, _ source: ModelSource, backing: Int?) {
    self.real = real
    self.source = source
    self.backing = backing
    words = Array(repeating: 0, count: real.schema.wordCount)
  }

  var id: UInt64 { real.id }
}

/// A tree of plain lists; each query scans all of it.
final class ModelTree {
  let root: ModelSource
  /// All sources, including those without a place.
  var sources: [ModelSource] = []

  init(_ tree: Tree) {
    root = ModelSource(tree.root)
  }

  func below(_ source: ModelSource) -> [ModelSource] {
    [source] + source.children.flatMap(below)
  }

  func isPresent(_ source: ModelSource) -> Bool {
    var top = source
    while let parent = top.parent { top = parent }
    return top === root
  }

  func chain(_ source: ModelSource) -> [ModelSource] {
    [source] + (source.parent.map(chain) ?? [])
  }

  func path(_ source: ModelSource) -> String {
    chain(source).dropLast().reversed().map(\.name).joined(separator: "/")
  }

  func owner(_ source: ModelSource) -> UInt32? {
    chain(source).lazy.compactMap(\.owner).first
  }

  func isHidden(_ source: ModelSource) -> Bool { chain(source).contains(where: \.isHidden) }

  /// Returns the source and all sources whose aggregates count it.
  func above(_ source: ModelSource) -> [ModelSource] {
    [source] + source.counters.flatMap(above) + (source.parent.map(above) ?? [])
  }

  /// All groups in the order of the tree.
  var groups: [ModelGroup] { below(root).flatMap(\.groups) }

  /// Returns the groups that an aggregate counts.
  func members(of aggregate: ModelGroup) -> [ModelGroup] {
    let family = aggregate.real.aggregation?.family
    return groups.filter { group in
      group.real.family === family
        && above(group.source).contains { $0 === aggregate.source }
    }
  }

  // MARK: - Changes

  /// Drops a source without a place and without relations to other sources.
  func forget() {
    let index = sources.firstIndex { source in
      source.parent == nil && source.children.isEmpty && source.counters.isEmpty
        && !(sources + [root]).contains { $0.counters.contains { $0 === source } }
    }
    if let index { sources.remove(at: index) }
  }

  func add(_ source: ModelSource, below parent: ModelSource) {
    source.parent = parent
    parent.children.append(source)
  }

  /// - Returns: the groups that left the tree.
  func remove(_ source: ModelSource) -> [ModelGroup] {
    guard source.parent != nil else { return [] }
    let leaving = isPresent(source) ? below(source).flatMap(\.groups) : []
    source.parent?.children.removeAll { $0 === source }
    source.parent = nil
    for removed in below(source) {
      removed.counters = []
      for other in sources + [root] { other.counters.removeAll { $0 === removed } }
    }
    return leaving
  }
}
