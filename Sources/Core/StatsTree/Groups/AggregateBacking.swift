public import Statistics

/// What the groups of one family below a source are together: the backing of an aggregate.
///
/// It has no numbers of its own: a pass folds the members' records when all are read.
public final class AggregateBacking: Backing, Sendable {
  /// Whose groups are folded.
  public let family: Family
  /// What becomes of each statistic.
  public let form: AggregateSchema

  init(_ family: Family, by functions: [FoldFunction], leavingOut leftOut: Set<String>) {
    self.family = family
    form = AggregateSchema(of: family.schema, by: functions, leavingOut: leftOut)
  }

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {}
}

extension Tree {
  /// Gives a source an aggregate: the groups of a family on it and on all below it, folded.
  ///
  /// Members may come and go; hidden ones count; other aggregates are never counted.
  ///
  /// - Parameters:
  ///   - family: whose groups are folded.
  ///   - functions: what becomes of each statistic; empty takes what is natural for its kind.
  ///   - leftOut: the names of statistics that say nothing of several members, such as a moment.
  ///   - name: the name of the aggregate's group.
  ///   - source: whose groups, and those below, are folded.
  ///   - isHidden: whether views leave it out.
  /// - Returns: the aggregate's group.
  /// - Throws: `groupAttached` where the source has such an aggregate with this name, `foreign`.
  @discardableResult
  public func aggregate(
    _ family: Family, by functions: [FoldFunction] = [], leavingOut leftOut: Set<String> = [],
    as name: String, over source: Source, isHidden: Bool = false
  ) throws(TreeError) -> Group {
    let aggregation = AggregateBacking(family, by: functions, leavingOut: leftOut)
    return try state.locked { () throws(TreeError) in
      guard source.state === state else { throw .foreign(path: source.name) }
      for known in source.facts?.aggregates ?? [] where known.name == name {
        if let same = known.aggregation, same.family === family,
          same.form.schema == aggregation.form.schema
        {
          throw .groupAttached(path: source.currentPath, group: name)
        }
      }
      let feed = state.feed(
        state.family(name, aggregation.form.schema), aggregation, .aggregate, isHidden: isHidden)
      return try attach(feed, token: 0, to: source)
    }
  }

  /// Lets the aggregates of `counter`, and those above it, count `source` and all below it, as
  /// those of a control group count VMs that are not below it in the tree.
  ///
  /// What is counted twice that way counts once. It ends when one of the two is removed from its
  /// place.
  ///
  /// - Throws: `cycle` where `counter` is `source` or below it, or is counted by it; `foreign`.
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
      if source.countsGroups { state.note(.rearranged, source) }
    }
  }
}

extension Source {
  /// The source without a parent that it is below, or itself; the caller has the lock.
  var top: Source {
    var top = self
    while let next = top.parentWhileHeld { top = next }
    return top
  }

  /// Whether there is a group in the tree that its aggregates count, or would; the caller has the
  /// lock.
  var countsGroups: Bool {
    var found = false
    forEachCounted { if $0.isPresent, $0.firstGroup != nil { found = true } }
    return found
  }

  /// Whether it or a source below it counts groups of the tree that are not below it; the caller has
  /// the lock.
  var countsElsewhere: Bool {
    guard facts != nil else { return false }
    var found = false
    forEachBelow { below in
      for other in below.facts?.counted ?? [] where !found { found = other.countsGroups }
    }
    return found
  }

  /// It counts in no source but those above it, and none but those below it count in it; the caller
  /// has the lock.
  func endCounting() {
    guard let facts else { return }
    for counter in facts.counters { counter.facts?.counted.removeAll { $0 === self } }
    for source in facts.counted { source.facts?.counters.removeAll { $0 === self } }
    facts.counters = []
    facts.counted = []
  }

  /// Calls `body` with the source and every source whose aggregates count it; the caller has the
  /// lock.
  func forEachAbove(_ body: (Source) -> Void) {
    body(self)
    if let facts { for counter in facts.counters { counter.forEachAbove(body) } }
    parentWhileHeld?.forEachAbove(body)
  }
}
