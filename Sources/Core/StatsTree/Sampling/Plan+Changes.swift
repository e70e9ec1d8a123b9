import Statistics

/// Updates a plan when groups join or leave the tree.
extension Plan {
  /// Adds a group.
  ///
  /// The function has no effect if neither a view nor an aggregate needs the group.
  ///
  /// - Complexity: O(*d*) in the depth of the tree, amortized; for an aggregate O(*n*) in the
  ///   number of groups below it.
  func add(
    _ group: Group, _ source: Source, findsMembers: Bool = true, replacing old: Plan? = nil
  ) {
    let visibility = source.visibility(for: group.aggregation == nil ? group.family : nil)
    guard selection.viewer.sees(visibility.owner) else { return }
    let isHidden = (visibility.isHidden || group.isHidden) && !selection.includesHidden
    let isAsked =
      source !== tree.root && !isHidden && selection.sources.matches(visibility.path)
      && (selection.parts == .all || group.aggregation != nil)
    let shown = isAsked ? self.shown(of: group.schema) : []
    let isShown = isAsked && (!shown.isEmpty || group.schema.statistics.isEmpty)
    let counting = visibility.aggregates.compactMap { aggregateIndexOf[$0.id] }
    guard isShown || !counting.isEmpty else { return }
    // It is possible that `findMembers` has added the group already.
    guard slotOf[group.id] == nil else { return }
    ordered = nil
    let placement = allocatePlacement(
      for: Slot(group: group, source: source, shown: shown, isShown: isShown))
    if let aggregation = group.aggregation {
      let aggregate = old?.aggregate(of: group) ?? AggregateState(group, aggregation, placement)
      aggregate.move(to: placement)
      aggregateIndexOf[group.id] = aggregates.count
      aggregates.append(aggregate)
      if findsMembers { findMembers(of: aggregate, source) }
    } else {
      slots[placement.index]?.position = batches.append(placement, group.backing)
      slots[placement.index]?.uses = Int32(counting.count)
      let before = old?.placement(of: group)
      for index in counting { aggregates[index].append(placement, group, from: before) }
    }
  }

  private func findMembers(of aggregate: AggregateState, _ source: Source) {
    for member in source.members(of: aggregate.family) {
      if let known = placement(of: member.group) {
        slots[known.index]?.uses += 1
        aggregate.append(known, member.group)
      } else {
        // The call of `add` adds the group to every aggregate that counts the group. A later call
        // for the same group has no effect.
        add(member.group, member.source)
      }
    }
  }

  /// Removes a group.
  ///
  /// Each aggregate that had the group as a member still includes the group's last totals, which
  /// the function takes from `snapshot`.
  func remove(_ group: Group, last snapshot: borrowing Snapshot) {
    guard let index = slotOf[group.id], let slot = slots[index], let placement = placements[index]
    else { return }
    ordered = nil
    if let position = aggregateIndexOf.removeValue(forKey: group.id) {
      for member in aggregates[position].list.indexes {
        slots[member]?.uses -= 1
        if slots[member]?.isNeeded == false { released.append(member) }
      }
      let last = aggregates.removeLast()
      if position < aggregates.count {
        aggregates[position] = last
        aggregateIndexOf[last.group.id] = position
      }
    } else {
      var uses = slot.uses
      for aggregate in aggregates where uses > 0 && aggregate.family === group.family {
        if aggregate.remove(placement, group, last: snapshot) { uses -= 1 }
      }
    }
    vacate(index)
  }

  /// Stops reading each member of a removed aggregate that neither a view nor another aggregate
  /// needs.
  func dropReleased() {
    for index in released where slots[index]?.isNeeded == false { vacate(index) }
    released = []
  }
}

extension Plan.Slot {
  /// Whether a view or an aggregate needs the group.
  fileprivate var isNeeded: Bool { isShown || uses > 0 }
}
