/// The properties of a source that a plan needs; all are read under a single acquisition of the
/// lock.
struct SourceVisibility: Sendable {
  let path: String
  let isHidden: Bool
  let owner: UInt32?
  /// The aggregates of a family that count the source's groups, each aggregate once.
  let aggregates: [Group]
}

/// A group and its source.
struct Attachment: Sendable {
  let group: Group
  let source: Source
}

extension Source {
  func visibility(for family: Family?) -> SourceVisibility {
    state.locked {
      var found: [Group] = []
      if let family {
        forEachAbove { source in
          guard let facts = source.facts else { return }
          for group in facts.aggregates
          where group.aggregation?.family === family && !found.contains(where: { $0 === group }) {
            found.append(group)
          }
        }
      }
      return SourceVisibility(
        path: currentPath, isHidden: isHiddenNow, owner: currentOwner, aggregates: found)
    }
  }

  /// Returns the groups of a family on this source and on all sources that its aggregates count.
  ///
  /// Each group is returned once. Sources outside of the tree are excluded. Aggregates are excluded
  /// too, even if they have the name and the schema of the family.
  func members(of family: Family) -> [Attachment] {
    state.locked {
      var found: [Attachment] = []
      var seen: Set<UInt64> = []
      forEachCounted { source in
        guard source.isPresent else { return }
        source.forEachGroup { group in
          guard group.family === family, group.aggregation == nil,
            seen.insert(group.id).inserted
          else { return }
          found.append(Attachment(group: group, source: source))
        }
      }
      return found
    }
  }

  /// Calls `body` with the source and with all sources that its aggregates count; call this with
  /// the lock held.
  func forEachCounted(_ body: (Source) -> Void) {
    body(self)
    guard let facts else { return }
    facts.children.forEach { $0.forEachCounted(body) }
    for source in facts.counted { source.forEachCounted(body) }
  }

  /// Calls `body` with the source's groups, in the order of attachment; call this with the lock
  /// held.
  func forEachGroup(_ body: (Group) -> Void) {
    var group = firstGroup
    while let this = group {
      body(this)
      group = this.next
    }
  }

  /// Calls `body` with the source and then all sources below it; call this with the lock held.
  func forEachBelow(_ body: (Source) -> Void) {
    body(self)
    facts?.children.forEach { $0.forEachBelow(body) }
  }
}

extension Tree {
  /// Returns every group of the tree, a source's groups before those below it, and the generation.
  func attachments() -> (groups: [Attachment], generation: UInt64) {
    state.locked {
      var found: [Attachment] = []
      root.forEachBelow { source in
        source.forEachGroup { found.append(Attachment(group: $0, source: source)) }
      }
      return (found, generation)
    }
  }
}
