package import StatsTree

/// Selects the sources that a view shows, each with its groups in the sampler's plan.
///
/// A source without groups is shown only if its status is not `up` or the source has a diagnostic.
/// Hidden sources and groups are not shown. Sources and groups that left the tree since the last
/// sample are not shown either.
package struct VisibleSources {
  package struct Item {
    package let source: Source
    package let entries: [Plan.Entry]
  }

  package private(set) var items: [Item] = []

  /// - Parameters:
  ///   - sampler: The sampler that provides the plan.
  ///   - pattern: Selects the sources.
  ///   - hasAggregates: Whether the groups include aggregates.
  package init(_ sampler: Sampler, matching pattern: Pattern, hasAggregates: Bool = true) {
    var placed: [UInt64: Plan.Entry] = [:]
    placed.reserveCapacity(sampler.plan.entries.count)
    for entry in sampler.plan.entries { placed[entry.group.id] = entry }
    Self.visit(sampler, matching: pattern) { source in
      let groups =
        hasAggregates ? source.groups : source.groups.filter { $0.aggregation == nil }
      let entries = groups.compactMap { placed[$0.id] }
      if !entries.isEmpty || groups.isEmpty && source.isShownWithoutGroups {
        items.append(Item(source: source, entries: entries))
      }
    }
  }

  /// Returns the sources that have no groups, or only aggregates.
  ///
  /// The result is valid until the tree changes. Views show only those sources of the result whose
  /// `isShownWithoutGroups` is `true`.
  static func withoutGroups(_ sampler: Sampler, matching pattern: Pattern) -> [Source] {
    var sources: [Source] = []
    visit(sampler, matching: pattern) { source in
      if source.groups.allSatisfy({ $0.aggregation != nil }) { sources.append(source) }
    }
    return sources
  }

  private static func visit(
    _ sampler: Sampler, matching pattern: Pattern, _ body: (Source) -> Void
  ) {
    sampler.tree.root.visit { source in
      guard source !== sampler.tree.root, sampler.shows(source), pattern.matches(source.path)
      else { return }
      body(source)
    }
  }
}

extension Source {
  /// Whether views show the source even without groups, because the source is not up or has a
  /// diagnostic.
  var isShownWithoutGroups: Bool { status != .up || !diagnostics.isEmpty }
}
