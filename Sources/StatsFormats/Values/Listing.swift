internal import StatsTree

/// The sources that a view shows, each with its groups in the plan.
///
/// A source without groups is shown where it has something to say of itself: that it is denied,
/// or a remark. Sources and groups that left the tree since the pass are not shown.
struct Listing {
  struct Item {
    let source: Source
    let entries: [Plan.Entry]
  }

  private(set) var items: [Item] = []

  init(_ sampler: Sampler, matching pattern: Pattern) {
    var placed: [UInt64: Plan.Entry] = [:]
    placed.reserveCapacity(sampler.plan.entries.count)
    for entry in sampler.plan.entries { placed[entry.group.id] = entry }
    sampler.tree.root.visit { source in
      guard source !== sampler.tree.root, sampler.covers(source.path),
        pattern.matches(source.path)
      else { return }
      let entries = source.groups.compactMap { placed[$0.id] }
      let speaks = source.groups.isEmpty && (source.status != .up || !source.remarks.isEmpty)
      if speaks || !entries.isEmpty { items.append(Item(source: source, entries: entries)) }
    }
  }
}
