import StatsTree

/// Adds aggregates for `--aggregate` to sources whose input defines none: published sources and
/// host CPUs.
///
/// A family is all groups with the same name and schema. A source gets the aggregate `all.<group>`
/// of a family if several of its children have groups of the family, either themselves or in
/// sources below them. If an input has already attached aggregates to a source, the source gets no
/// additional aggregates, because the input knows which sums are meaningful.
final class AddedAggregates {
  private let tree: Tree
  private let isSelected: (Source) -> Bool
  /// The ids of the added groups.
  private var addedGroups: Set<UInt64> = []
  private var generation: UInt64?

  /// - Parameters:
  ///   - tree: the tree to add aggregates to.
  ///   - isSelected: returns whether a source is allowed to get aggregates.
  init(_ tree: Tree, _ isSelected: @escaping (Source) -> Bool) {
    self.tree = tree
    self.isSelected = isSelected
  }

  /// Adds the aggregates that new sources need.
  ///
  /// - Complexity: O(*n*) in the number of groups if the tree changed, else O(1).
  func update() throws(TreeError) {
    guard generation != tree.generation else { return }
    for child in tree.root.children { _ = try add(to: child) }
    generation = tree.generation
  }

  /// Adds aggregates to a source and the sources below it.
  ///
  /// - Returns: the families of the groups of all these sources.
  private func add(to source: Source) throws(TreeError) -> [ObjectIdentifier: Family] {
    var families: [ObjectIdentifier: Family] = [:]
    var counts: [ObjectIdentifier: Int] = [:]
    var order: [Family] = []
    func count(_ found: some Sequence<Family>) {
      for family in found {
        let key = ObjectIdentifier(family)
        counts[key, default: 0] += 1
        if families.updateValue(family, forKey: key) == nil { order.append(family) }
      }
    }
    let groups = source.groups
    var seen: Set<ObjectIdentifier> = []
    count(
      groups.lazy.filter { $0.aggregation == nil }.map(\.family)
        .filter { seen.insert(ObjectIdentifier($0)).inserted })
    for child in source.children {
      // The families are sorted by name, so that the order does not depend on memory addresses.
      count(try add(to: child).values.sorted { $0.name < $1.name })
    }
    let aggregates = groups.filter { $0.aggregation != nil }
    guard aggregates.allSatisfy({ addedGroups.contains($0.id) }), isSelected(source) else {
      return families
    }
    let known = Set(aggregates.compactMap { $0.aggregation.map { ObjectIdentifier($0.family) } })
    for family in order
    where counts[ObjectIdentifier(family), default: 0] > 1
      && !known.contains(ObjectIdentifier(family))
    {
      addedGroups.insert(try tree.aggregate(family, as: "all.\(family.name)", over: source).id)
    }
    return families
  }
}
