public import Statistics
import Synchronization

extension Tree {
  /// Attaches a group to a source.
  ///
  /// - Parameters:
  ///   - name: The name of the group. The name and the schema determine the group's family.
  ///   - schema: The statistics of the group.
  ///   - backing: The object that reads the values.
  ///   - token: The ID by which the backing knows the group.
  ///   - provenance: The access method or origin of the values.
  ///   - source: The source that gets the group.
  ///   - isHidden: Whether views omit the group. Aggregates nevertheless count the group.
  /// - Returns: The group.
  /// - Throws: `groupAttached` if the source has a group of this family with this backing and
  ///   token; `foreign` if the source belongs to another tree.
  /// - Complexity: O(*n*) in the number of groups of the source, independent of the size of the
  ///   schema.
  @discardableResult
  public func attach(
    _ name: String, schema: Schema, backing: any Backing, token: Int, provenance: Provenance,
    to source: Source, isHidden: Bool = false
  ) throws(TreeError) -> Group {
    try state.locked { () throws(TreeError) in
      guard source.state === state else { throw .foreign(path: source.name) }
      let template = state.template(
        state.family(name, schema), backing, provenance, isHidden: isHidden)
      return try attach(template, token: token, to: source)
    }
  }

  /// Attaches a group made from a template; call this with the lock held.
  func attach(_ template: GroupTemplate, token: Int, to source: Source) throws(TreeError) -> Group {
    var last: Group?
    var group = source.firstGroup
    while let this = group {
      if this.family === template.family, this.backing === template.backing, this.token == token {
        throw .groupAttached(path: source.currentPath, group: this.name)
      }
      last = this
      group = this.next
    }
    state.lastGroup += 1
    let made = Group(id: state.lastGroup, template: template, token: token, source: source)
    if let last { last.next = made } else { source.firstGroup = made }
    if made.aggregation != nil { source.ownFacts.aggregates.append(made) }
    if source.isPresent { state.record(.groupJoined, source, made) }
    return made
  }

  /// Returns the family of a name and schema; it is possible that the family has no groups yet.
  public func family(_ name: String, _ schema: Schema) -> Family {
    state.locked { state.family(name, schema) }
  }

  /// Detaches a group from its source; has no effect if the group is not attached.
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
      if source.isPresent { state.record(.groupLeft, source, group) }
    }
  }

  /// Runs `body` while no pass calls a backing, so that the owner of a backing can change the
  /// backing.
  ///
  /// A pass is one sampling of all groups. The function waits for the end of a running pass. This
  /// can take as long as the deadlines of the backings.
  ///
  /// - Precondition: The caller is not a backing.
  public func betweenPasses<Result: Sendable>(_ body: () throws -> Result) rethrows -> Result {
    try state.passes.withLock(body)
  }
}
