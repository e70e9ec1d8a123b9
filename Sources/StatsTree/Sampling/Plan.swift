import Statistics

/// Where each group's record lies in a snapshot, and which backing fills it.
///
/// Made for a generation of the tree, and brought up to date when groups join or leave; a pass
/// walks it. A sampler owns it.
public final class Plan {
  /// A group and its place.
  public struct Entry {
    public let group: Group
    /// The group's source; held, so that it can be named after it has left the tree.
    public let source: Source
    public let placement: Placement
    /// The positions in the schema of the statistics that views show.
    public let shown: [Int]
  }

  /// What one backing is asked in a pass.
  struct Batch {
    /// Nil where none of its groups is left.
    var backing: (any Backing)?
    var placements: [Placement] = []
  }

  struct Slot {
    let group: Group
    let source: Source
    var shown: [Int]
    /// Whether views have it, or only aggregates.
    var isShown: Bool
    /// The backing's batch, and where in it; -1 of an aggregate.
    var batch = -1
    var position = 0
  }

  let tree: Tree
  let selection: Selection
  /// The tree's generation that it is up to date with.
  public internal(set) var generation: UInt64
  /// The words of all records.
  public private(set) var wordCount = 0
  private(set) var slots: [Slot?] = []
  private(set) var placements: [Placement?] = []
  private var slotOf: [UInt64: Int] = [:]
  /// The free slots, by the length of their records.
  private var free: [Int: [Placement]] = [:]
  private(set) var batches: [Batch] = []
  private var batchOf: [ObjectIdentifier: Int] = [:]
  /// The batches as they are asked: who may wait comes last.
  private var order: [Int] = []
  private(set) var foldings: [Folding] = []
  private var foldingOf: [UInt64: Int] = [:]
  private var shownOf: [UInt64: [Int]] = [:]
  private var ordered: [Entry]?
  /// The places that were given again since they were asked for: their records are to be reset.
  private var reused: [Placement] = []

  /// The plan for what is selected of a tree.
  ///
  /// - Complexity: O(*n*) in the number of sources and groups.
  public convenience init(_ tree: Tree, _ selection: Selection = Selection()) {
    self.init(tree, selection, instead: nil)
  }

  /// The plan for the groups of the sources that match, with the statistics that match.
  public convenience init(
    _ tree: Tree, matching pattern: Pattern = .everything,
    statistics names: Pattern = .everything
  ) {
    self.init(tree, Selection(sources: pattern, statistics: names))
  }

  /// The plan made anew; its aggregates keep what departed members of the old one left.
  init(_ tree: Tree, _ selection: Selection, instead old: Plan?) {
    self.tree = tree
    self.selection = selection
    let (groups, generation) = tree.everything()
    self.generation = generation
    slotOf.reserveCapacity(groups.count)
    for item in groups where item.group.aggregation != nil {
      join(item.group, item.source, findsMembers: false, instead: old)
    }
    for item in groups where item.group.aggregation == nil { join(item.group, item.source) }
  }

  // MARK: - For views

  /// What views show, in the order of the tree: parents first.
  ///
  /// - Complexity: O(*n*) in the tree's groups after a change of it, else O(1).
  public var entries: [Entry] {
    if let ordered { return ordered }
    var entries: [Entry] = []
    var isPlaced = Array(repeating: false, count: slots.count)
    for item in tree.everything().groups {
      guard let index = slotOf[item.group.id] else { continue }
      isPlaced[index] = true
      if let entry = shownEntry(at: index) { entries.append(entry) }
    }
    // What left the tree since.
    for index in slots.indices where !isPlaced[index] {
      if let entry = shownEntry(at: index) { entries.append(entry) }
    }
    ordered = entries
    return entries
  }

  private func shownEntry(at index: Int) -> Entry? {
    guard slots[index]?.isShown == true else { return nil }
    return entry(at: index)
  }

  /// The group at a place, whether or not views show it.
  func entry(at index: Int) -> Entry? {
    guard let slot = slots[index], let placement = placements[index] else { return nil }
    return Entry(
      group: slot.group, source: slot.source, placement: placement, shown: slot.shown)
  }

  func placement(at index: Int) -> Placement? { placements[index] }

  func placement(of group: Group) -> Placement? {
    slotOf[group.id].flatMap { placements[$0] }
  }

  /// Where the record of an entry's group lies now; nil where the group has left.
  ///
  /// A view may have kept the entry over changes: its place may be another group's.
  func placement(of entry: Entry) -> Placement? {
    let index = entry.placement.index
    if index < slots.count, slots[index]?.group === entry.group { return placements[index] }
    return placement(of: entry.group)
  }

  func folding(of group: Group) -> Folding? { foldingOf[group.id].map { foldings[$0] } }

  var slotCount: Int { slots.count }

  // MARK: - Changes

  /// A group joins; nothing changes where nobody asked for it.
  ///
  /// - Complexity: O(*d*) in the depth of the tree, amortised; of an aggregate O(*n*) in what is
  ///   below it.
  func join(
    _ group: Group, _ source: Source, findsMembers: Bool = true, instead old: Plan? = nil
  ) {
    // An aggregate may have found it already.
    guard slotOf[group.id] == nil else { return }
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
    ordered = nil
    let placement = place(
      Slot(group: group, source: source, shown: shown, isShown: isShown))
    if let aggregation = group.aggregation {
      let folding = old?.folding(of: group) ?? Folding(group, aggregation, placement)
      folding.move(to: placement)
      foldingOf[group.id] = foldings.count
      foldings.append(folding)
      if findsMembers { findMembers(of: folding, source) }
    } else {
      enlist(placement, group.backing)
      for index in counting { foldings[index].append(placement, group) }
    }
  }

  /// A group leaves; aggregates that counted it keep the totals that it had in `snapshot`.
  func leave(_ group: Group, last snapshot: borrowing Snapshot) {
    guard let index = slotOf.removeValue(forKey: group.id), let slot = slots[index],
      let placement = placements[index]
    else { return }
    ordered = nil
    if let position = foldingOf.removeValue(forKey: group.id) {
      let last = foldings.removeLast()
      if position < foldings.count {
        foldings[position] = last
        foldingOf[last.group.id] = position
      }
    } else {
      dismiss(slot)
      for index in foldings.indices where foldings[index].family === group.family {
        foldings[index].remove(placement, group, last: snapshot)
      }
    }
    slots[index] = nil
    placements[index] = nil
    free[placement.count, default: []].append(placement)
  }

  private func findMembers(of folding: Folding, _ source: Source) {
    for member in source.members(of: folding.family) {
      if let known = placement(of: member.group) {
        folding.append(known, member.group)
      } else {
        // It is new itself: its turn among the changes is yet to come.
        join(member.group, member.source)
      }
    }
  }

  /// The statistics of a schema that were asked for.
  private func shown(of schema: Schema) -> [Int] {
    if let known = shownOf[schema.hash] { return known }
    let statistics = schema.statistics
    let found = statistics.indices.filter { selection.statistics.matches(statistics[$0].name) }
    shownOf[schema.hash] = found
    return found
  }

  // MARK: - Places

  /// The places that were given again since the last call.
  func takeReused() -> [Placement] {
    defer { reused = [] }
    return reused
  }

  /// Gives a group a record: a free one of its length, or one more.
  private func place(_ slot: Slot) -> Placement {
    let count = slot.group.schema.wordCount
    let placement: Placement
    if let old = free[count]?.popLast() {
      placement = Placement(
        index: old.index, offset: old.offset, count: count, token: slot.group.token)
      slots[old.index] = slot
      placements[old.index] = placement
      reused.append(placement)
    } else {
      placement = Placement(
        index: slots.count, offset: wordCount, count: count, token: slot.group.token)
      wordCount += count
      slots.append(slot)
      placements.append(placement)
    }
    slotOf[slot.group.id] = placement.index
    return placement
  }

  /// Has a backing asked for a record.
  private func enlist(_ placement: Placement, _ backing: any Backing) {
    let key = ObjectIdentifier(backing)
    let batch: Int
    if let known = batchOf[key] {
      batch = known
    } else {
      batch = batches.firstIndex { $0.backing == nil } ?? batches.count
      if batch == batches.count { batches.append(Batch()) }
      batches[batch].backing = backing
      batchOf[key] = batch
      sortBatches()
    }
    slots[placement.index]?.batch = batch
    slots[placement.index]?.position = batches[batch].placements.count
    batches[batch].placements.append(placement)
  }

  private func dismiss(_ slot: Slot) {
    let (batch, position) = (slot.batch, slot.position)
    let last = batches[batch].placements.removeLast()
    if position < batches[batch].placements.count {
      batches[batch].placements[position] = last
      slots[last.index]?.position = position
    }
    guard batches[batch].placements.isEmpty, let backing = batches[batch].backing else { return }
    batchOf[ObjectIdentifier(backing)] = nil
    batches[batch].backing = nil
    sortBatches()
  }

  /// Who may wait comes last, so that the others' windows do not depend on it.
  private func sortBatches() {
    let live = batches.indices.filter { batches[$0].backing != nil }
    order =
      live.filter { batches[$0].backing?.mayWait == false }
      + live.filter { batches[$0].backing?.mayWait == true }
  }

  // MARK: - A pass

  /// Reads every group once.
  func sample(into snapshot: inout Snapshot) {
    // By index: unoptimized, an iterator allocates for each element.
    for position in order.indices {
      let index = order[position]
      batches[index].backing?.sample(batches[index].placements, into: &snapshot)
    }
  }
}
