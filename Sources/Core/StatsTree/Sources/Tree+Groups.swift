public import Statistics
import Synchronization

extension Tree {
  /// Gives a source a group.
  ///
  /// - Parameters:
  ///   - name: what the group is about; with the schema it is the group's family.
  ///   - schema: what the words of its samples mean.
  ///   - backing: who reads them.
  ///   - token: what the backing knows the group by.
  ///   - provenance: the way that the numbers come.
  ///   - source: where it is attached.
  ///   - isHidden: whether views leave it out; in aggregates it counts.
  /// - Returns: the group.
  /// - Throws: `groupAttached` where the source has a group of this family with this backing and
  ///   token, `foreign`.
  /// - Complexity: O(*n*) in the groups of the source, whatever the size of the schema.
  @discardableResult
  public func attach(
    _ name: String, schema: Schema, backing: any Backing, token: Int, provenance: Provenance,
    to source: Source, isHidden: Bool = false
  ) throws(TreeError) -> Group {
    try state.locked { () throws(TreeError) in
      guard source.state === state else { throw .foreign(path: source.name) }
      let feed = state.feed(
        state.family(name, schema), backing, provenance, isHidden: isHidden)
      return try attach(feed, token: token, to: source)
    }
  }

  /// Attaches a group of a feed; the caller has the lock.
  func attach(_ feed: GroupTemplate, token: Int, to source: Source) throws(TreeError) -> Group {
    var last: Group?
    var group = source.firstGroup
    while let this = group {
      if this.family === feed.family, this.backing === feed.backing, this.token == token {
        throw .groupAttached(path: source.currentPath, group: this.name)
      }
      last = this
      group = this.next
    }
    state.lastGroup += 1
    let made = Group(id: state.lastGroup, feed: feed, token: token, source: source)
    if let last { last.next = made } else { source.firstGroup = made }
    if made.aggregation != nil { source.ownFacts.aggregates.append(made) }
    if source.isPresent { state.note(.groupJoined, source, made) }
    return made
  }

  /// The family of a name and schema, which may have no groups yet.
  public func family(_ name: String, _ schema: Schema) -> Family {
    state.locked { state.family(name, schema) }
  }

  /// Takes a group from its source; one that is not there changes nothing.
  public func detach(_ group: Group) {
    state.locked {
      let source = group.source
      var last: Group?
      var next = source.firstGroup
      while let this = next, this !== group {
        last = this
        next = this.next
      }
      guard next === group else { return }
      if let last { last.next = group.next } else { source.firstGroup = group.next }
      group.next = nil
      source.facts?.aggregates.removeAll { $0 === group }
      if source.isPresent { state.note(.groupLeft, source, group) }
    }
  }

  /// Runs `body` while no pass asks a backing, so that a backing's owner can change it.
  ///
  /// It waits for a pass that goes on, which may take as long as its backings' deadlines.
  ///
  /// - Precondition: the caller is no backing.
  public func betweenPasses<Result: Sendable>(_ body: () throws -> Result) rethrows -> Result {
    try state.passes.withLock(body)
  }
}
