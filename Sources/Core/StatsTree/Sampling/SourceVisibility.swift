/// The properties of a source that a plan needs, read under one lock.
struct SourceVisibility: Sendable {
  let path: String
  let isHidden: Bool
  let owner: UInt32?
  /// The aggregates of a family that count the source's groups, each once.
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

  /// Returns the groups of a family on this source and on all that its aggregates count, each once.
  ///
  /// Sources outside of the tree are excluded. So are aggregates, even with the family's name and
  /// schema.
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

  /// Calls `body` with the source and all that its aggregates count; the caller holds the lock.
  func forEachCounted(_ body: (Source) -> Void) {
    body(self)
    guard let facts else { return }
    facts.children.forEach { $0.forEachCounted(body) }
    for source in facts.counted { source.forEachCounted(body) }
  }

  /// Calls `body` with its groups, in the order of attachment; the caller holds the lock.
  func forEachGroup(_ body: (Group) -> Void) {
    var group = firstGroup
    while let this = group {
      body(this)
      group = this.next
    }
  }

  /// Calls `body` with the source and all below it, parents first; the caller holds the lock.
  func forEachBelow(_ body: (Source) -> Void) {
    body(self)
    facts?.children.forEach { $0.forEachBelow(body) }
  }
}

extension Tree {
  /// Returns every group of the tree, parents first, and the generation of the tree.
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
