public import Statistics

/// The backing of an aggregate over the groups of one family.
///
/// The backing itself reads nothing. In each pass (one sampling of all groups), the sampler first
/// reads all members of the aggregate, and then combines their records.
public final class AggregateBacking: Backing, Sendable {
  /// The family whose groups are aggregated.
  public let family: Family
  /// The statistics of the aggregate, each with its function.
  public let definition: AggregateSchema

  init(_ family: Family, by functions: [AggregateFunction], leavingOut leftOut: Set<String>) {
    self.family = family
    definition = AggregateSchema(of: family.schema, by: functions, leavingOut: leftOut)
  }

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {}
}

extension Tree {
  /// Adds an aggregate over the groups of a family on a source and on all sources below it.
  ///
  /// Groups of the family can join and leave the aggregate at any time. Hidden groups are members
  /// too; other aggregates are never members.
  ///
  /// - Parameters:
  ///   - family: The family whose groups are aggregated.
  ///   - functions: The functions that are applied to each statistic. If `functions` is empty, each
  ///     statistic gets the default function of its kind.
  ///   - leftOut: The names of statistics that have no meaningful aggregate, such as a timestamp.
  ///   - name: The name of the aggregate's group.
  ///   - source: The source whose groups are aggregated, together with the groups below it.
  ///   - isHidden: Whether views omit the aggregate.
  /// - Returns: The aggregate's group.
  /// - Throws: `groupAttached` if the source has an equal aggregate of this name; `foreign` if the
  ///   source belongs to another tree.
  @discardableResult
  public func aggregate(
    _ family: Family, by functions: [AggregateFunction] = [], leavingOut leftOut: Set<String> = [],
    as name: String, over source: Source, isHidden: Bool = false
  ) throws(TreeError) -> Group {
    let aggregation = AggregateBacking(family, by: functions, leavingOut: leftOut)
    return try state.locked { () throws(TreeError) in
      guard source.state === state else { throw .foreign(path: source.name) }
      for known in source.facts?.aggregates ?? [] where known.name == name {
        if let same = known.aggregation, same.family === family,
          same.definition.schema == aggregation.definition.schema
        {
          throw .groupAttached(path: source.currentPath, group: name)
        }
      }
      let template = state.template(
        state.family(name, aggregation.definition.schema), aggregation, .aggregate,
        isHidden: isHidden)
      return try attach(template, token: 0, to: source)
    }
  }

  /// Counts a source and all below it in the aggregates of `counter` and of the sources above it.
  ///
  /// For example, a control group counts VMs that are not below it in the tree. If there are
  /// several paths to a group, the group still counts once. The relation between the two sources
  /// ends when one of them is removed from its place.
  ///
  /// - Throws: `cycle` if `counter` is `source` itself, or a source that is below or counted by
  ///   `source`; `foreign` if a source belongs to another tree.
  public func count(_ source: Source, in counter: Source) throws(TreeError) {
    try state.locked { () throws(TreeError) in
      guard source.state === state, counter.state === state else {
        throw .foreign(path: source.name)
      }
      if source.facts?.counters.contains(where: { $0 === counter }) == true { return }
      var ends: [Source] = []
      counter.forEachAbove { ends.append($0) }
      guard !ends.contains(where: { $0 === source }) else {
        throw .cycle(path: source.currentPath)
      }
      source.ownFacts.counters.append(counter)
      counter.ownFacts.counted.append(source)
      if source.countsGroups { state.record(.rearranged, source) }
    }
  }
}

extension Source {
  /// The topmost ancestor, or the source itself if it has no parent; call this with the lock held.
  var top: Source {
    var top = self
    while let next = top.parentWhileHeld { top = next }
    return top
  }

  /// Whether the aggregates of this source count a group of the tree; call this with the lock held.
  var countsGroups: Bool {
    var found = false
    forEachCounted { if $0.isPresent, $0.firstGroup != nil { found = true } }
    return found
  }

  /// Whether the source, or a source below it, counts groups of the tree that are not below it.
  ///
  /// Call this with the lock held.
  var countsElsewhere: Bool {
    guard facts != nil else { return false }
    var found = false
    forEachBelow { below in
      for other in below.facts?.counted ?? [] where !found { found = other.countsGroups }
    }
    return found
  }

  /// Ends all `count(_:in:)` relations of the source; call this with the lock held.
  func endCounting() {
    guard let facts else { return }
    for counter in facts.counters { counter.facts?.counted.removeAll { $0 === self } }
    for source in facts.counted { source.facts?.counters.removeAll { $0 === self } }
    facts.counters = []
    facts.counted = []
  }

  /// Calls `body` with the source and with every source whose aggregates count it.
  ///
  /// Call this with the lock held.
  func forEachAbove(_ body: (Source) -> Void) {
    body(self)
    if let facts { for counter in facts.counters { counter.forEachAbove(body) } }
    parentWhileHeld?.forEachAbove(body)
  }
}
