import Statistics

/// How a plan follows the tree.
extension Plan {
  /// A group joins; nothing changes where nobody asked for it.
  ///
  /// - Complexity: O(*d*) in the depth of the tree, amortised; of an aggregate O(*n*) in what is
  ///   below it.
  func join(
    _ group: Group, _ source: Source, findsMembers: Bool = true, instead old: Plan? = nil
  ) {
    let standing = source.standing(for: group.aggregation == nil ? group.family : nil)
    guard selection.viewer.sees(standing.owner) else { return }
    let isHidden = (standing.isHidden || group.isHidden) && !selection.includesHidden
    let isAsked =
      source !== tree.root && !isHidden && selection.sources.matches(standing.path)
      && (selection.parts == .all || group.aggregation != nil)
    let shown = isAsked ? self.shown(of: group.schema) : []
    let isShown = isAsked && (!shown.isEmpty || group.schema.statistics.isEmpty)
    let counting = standing.aggregates.compactMap { foldingOf[$0.id] }
    guard isShown || !counting.isEmpty else { return }
    // An aggregate may have found it already.
    guard slotOf[group.id] == nil else { return }
    ordered = nil
    let placement = place(Slot(group: group, source: source, shown: shown, isShown: isShown))
    if let aggregation = group.aggregation {
      let folding = old?.folding(of: group) ?? AggregateState(group, aggregation, placement)
      folding.move(to: placement)
      foldingOf[group.id] = foldings.count
      foldings.append(folding)
      if findsMembers { findMembers(of: folding, source) }
    } else {
      slots[placement.index]?.position = batches.append(placement, group.backing)
      slots[placement.index]?.uses = Int32(counting.count)
      let before = old?.placement(of: group)
      for index in counting { foldings[index].append(placement, group, from: before) }
    }
  }

  private func findMembers(of folding: AggregateState, _ source: Source) {
    for member in source.members(of: folding.family) {
      if let known = placement(of: member.group) {
        slots[known.index]?.uses += 1
        folding.append(known, member.group)
      } else {
        // To all that count it: when its own turn comes it is known.
        join(member.group, member.source)
      }
    }
  }

  /// A group leaves; aggregates that counted it keep the totals that it had in `snapshot`.
  func leave(_ group: Group, last snapshot: borrowing Snapshot) {
    guard let index = slotOf[group.id], let slot = slots[index], let placement = placements[index]
    else { return }
    ordered = nil
    if let position = foldingOf.removeValue(forKey: group.id) {
      for member in foldings[position].list.indexes {
        slots[member]?.uses -= 1
        if slots[member]?.isNeeded == false { released.append(member) }
      }
      let last = foldings.removeLast()
      if position < foldings.count {
        foldings[position] = last
        foldingOf[last.group.id] = position
      }
    } else {
      var uses = slot.uses
      for folding in foldings where uses > 0 && folding.family === group.family {
        if folding.remove(placement, group, last: snapshot) { uses -= 1 }
      }
    }
    vacate(index)
  }

  /// Ends the reading of members that were read for aggregates only which have left.
  func dropReleased() {
    for index in released where slots[index]?.isNeeded == false { vacate(index) }
    released = []
  }
}

extension Plan.Slot {
  /// Whether a view or an aggregate has use for it.
  fileprivate var isNeeded: Bool { isShown || uses > 0 }
}
