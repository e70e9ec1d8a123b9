import StatsTree

/// Aggregates that a person asked for and no input has given: those of what programs publish, and
/// of the host's CPUs.
///
/// A source gets one, `all.<group>`, of each family that several of its children have, themselves or below them.
/// Sources that an input gave aggregates are left alone: it knows what has a sum.
final class AddedAggregates {
  private let tree: Tree
  private let isAsked: (Source) -> Bool
  /// The groups that were added, by their numbers.
  private var own: Set<UInt64> = []
  private var generation: UInt64?

  /// - Parameters:
  ///   - tree: whose sources get aggregates.
  ///   - isAsked: which sources may get them.
  init(_ tree: Tree, _ isAsked: @escaping (Source) -> Bool) {
    self.tree = tree
    self.isAsked = isAsked
  }

  /// Adds what is missing since sources came.
  ///
  /// - Complexity: O(*n*) in the tree's groups after a change of it, else O(1).
  func follow() throws(TreeError) {
    guard generation != tree.generation else { return }
    for child in tree.root.children { _ = try add(to: child) }
    generation = tree.generation
  }

  /// Adds aggregates to a source and those below it: the families that they have.
  private func add(to source: Source) throws(TreeError) -> [ObjectIdentifier: Family] {
    var families: [ObjectIdentifier: Family] = [:]
    var counts: [ObjectIdentifier: Int] = [:]
    var order: [Family] = []
    func note(_ found: some Sequence<Family>) {
      for family in found {
        let key = ObjectIdentifier(family)
        counts[key, default: 0] += 1
        if families.updateValue(family, forKey: key) == nil { order.append(family) }
      }
    }
    let groups = source.groups
    var seen: Set<ObjectIdentifier> = []
    note(
      groups.lazy.filter { $0.aggregation == nil }.map(\.family)
        .filter { seen.insert(ObjectIdentifier($0)).inserted })
    for child in source.children {
      // In the order of their names, so that a second look has the same.
      note(try add(to: child).values.sorted { $0.name < $1.name })
    }
    let aggregates = groups.filter { $0.aggregation != nil }
    guard aggregates.allSatisfy({ own.contains($0.id) }), isAsked(source) else { return families }
    let known = Set(aggregates.compactMap { $0.aggregation.map { ObjectIdentifier($0.family) } })
    for family in order
    where counts[ObjectIdentifier(family), default: 0] > 1
      && !known.contains(ObjectIdentifier(family))
    {
      own.insert(try tree.aggregate(family, as: "all.\(family.name)", over: source).id)
    }
    return families
  }
}
