package import StatsTree

/// The sources that a view shows, each with its groups in the plan.
///
/// A source without groups is shown where it has something to say of itself: that it is denied,
/// or a remark. Sources and groups that are hidden, or left the tree since the pass, are not shown.
package struct Listing {
  package struct Item {
    package let source: Source
    package let entries: [Plan.Entry]
  }

  package private(set) var items: [Item] = []

  /// - Parameters:
  ///   - sampler: whose plan is shown.
  ///   - pattern: the sources.
  ///   - hasAggregates: whether aggregates are among the groups.
  package init(_ sampler: Sampler, matching pattern: Pattern, hasAggregates: Bool = true) {
    var placed: [UInt64: Plan.Entry] = [:]
    placed.reserveCapacity(sampler.plan.entries.count)
    for entry in sampler.plan.entries { placed[entry.group.id] = entry }
    sampler.tree.root.visit { source in
      guard source !== sampler.tree.root, sampler.shows(source), pattern.matches(source.path)
      else { return }
      let groups =
        hasAggregates ? source.groups : source.groups.filter { $0.aggregation == nil }
      let entries = groups.compactMap { placed[$0.id] }
      let speaks = groups.isEmpty && (source.status != .up || !source.remarks.isEmpty)
      if speaks || !entries.isEmpty { items.append(Item(source: source, entries: entries)) }
    }
  }
}
