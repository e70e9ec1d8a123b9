import Statistics

/// The layout of all groups of a selection in a snapshot, and the backing that fills each record.
///
/// A record is the words of one group in a snapshot. A sampler owns the plan, and updates it when
/// groups join or leave the tree. Each pass (one sampling of all groups) executes the plan.
public final class Plan {
  /// A group, and the location of its record.
  public struct Entry {
    public let group: Group
    /// The group's source.
    ///
    /// This strong reference allows a view to name the source after it left the tree.
    public let source: Source
    public let placement: Placement
    /// The indices in the schema of the statistics that views show.
    public let shown: [Int]
  }

  struct Slot {
    let group: Group
    let source: Source
    let shown: [Int]
    /// Whether views show the group.
    ///
    /// If this is `false`, only aggregates need the group.
    let isShown: Bool
    /// The number of aggregates that count the group.
    var uses: Int32 = 0
    /// The position in the batch of the group's backing; `nil` for an aggregate.
    var position: BatchList.Position?
  }

  let tree: Tree
  let selection: Selection
  /// The generation of the tree (`Tree.generation`) whose changes the plan includes.
  public internal(set) var generation: UInt64
  /// The total number of words of all records.
  public private(set) var wordCount = 0
  var slots: [Slot?] = []
  var placements: [Placement?] = []
  var slotOf: [UInt64: Int] = [:]
  /// The free placements, by the number of words of their records.
  private var free: [Int: [Placement]] = [:]
  var batches = BatchList()
  var aggregates: [AggregateState] = []
  var aggregateIndexOf: [UInt64: Int] = [:]
  private var shownOf: [UInt64: [Int]] = [:]
  var ordered: [Entry]?
  /// The indices of members that were in a removed aggregate and that nothing else needs.
  var released: [Int] = []
  /// The placements that were reused since the last `drainReused()`; the caller resets their
  /// records.
  private var reused: [Placement] = []

  /// Creates the plan for a selection of a tree.
  ///
  /// - Complexity: O(*n*) in the number of sources and groups.
  public convenience init(_ tree: Tree, _ selection: Selection = Selection()) {
    self.init(tree, selection, replacing: nil)
  }

  /// Creates the plan for the sources and statistics whose names match.
  public convenience init(
    _ tree: Tree, matching pattern: Pattern = .everything,
    statistics names: Pattern = .everything
  ) {
    self.init(tree, Selection(sources: pattern, statistics: names))
  }

  /// Creates a plan that replaces `old`; its aggregates keep the totals of departed members.
  init(_ tree: Tree, _ selection: Selection, replacing old: Plan?) {
    self.tree = tree
    self.selection = selection
    let (groups, generation) = tree.attachments()
    self.generation = generation
    slotOf.reserveCapacity(groups.count)
    for item in groups where item.group.aggregation != nil {
      add(item.group, item.source, findsMembers: false, replacing: old)
    }
    for item in groups where item.group.aggregation == nil {
      add(item.group, item.source, replacing: old)
    }
  }

  // MARK: - For views

  /// The entries that views show, in the order of the tree: a source precedes the sources below it.
  ///
  /// - Complexity: O(*n*) in the number of groups after a change of the tree, otherwise O(1).
  public var entries: [Entry] {
    if let ordered { return ordered }
    var entries: [Entry] = []
    var isPlaced = Array(repeating: false, count: slots.count)
    for item in tree.attachments().groups {
      guard let index = slotOf[item.group.id] else { continue }
      isPlaced[index] = true
      if let entry = shownEntry(at: index) { entries.append(entry) }
    }
    // The remaining groups have left the tree since the last update of the plan.
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

  /// Returns the entry at an index, whether views show the entry or not.
  func entry(at index: Int) -> Entry? {
    guard let slot = slots[index], let placement = placements[index] else { return nil }
    return Entry(
      group: slot.group, source: slot.source, placement: placement, shown: slot.shown)
  }

  func placement(at index: Int) -> Placement? { placements[index] }

  func placement(of group: Group) -> Placement? {
    slotOf[group.id].flatMap { placements[$0] }
  }

  /// Returns the current placement of an entry's group, or `nil` if the group has left.
  ///
  /// A view can keep an entry while the plan changes. The placement in the entry might then belong
  /// to another group.
  func placement(of entry: Entry) -> Placement? {
    let index = entry.placement.index
    if index < slots.count, slots[index]?.group === entry.group { return placements[index] }
    return placement(of: entry.group)
  }

  func aggregate(of group: Group) -> AggregateState? {
    aggregateIndexOf[group.id].map { aggregates[$0] }
  }

  var slotCount: Int { slots.count }

  /// Whether most placements are free, so that it is worth the cost to rebuild the plan.
  ///
  /// Since the last rebuild, at least as many groups have left as the next rebuild visits. The
  /// amortized cost per group is therefore constant.
  var isSparse: Bool {
    let freeCount = slots.count - slotOf.count
    return freeCount > 1024 && freeCount > slotOf.count
  }

  /// Returns the indices of a schema's statistics that are selected.
  func shown(of schema: Schema) -> [Int] {
    if let known = shownOf[schema.hash] { return known }
    let statistics = schema.statistics
    let found = statistics.indices.filter { selection.statistics.matches(statistics[$0].name) }
    shownOf[schema.hash] = found
    return found
  }

  // MARK: - Placements

  /// Returns the placements that were reused since the last call of this function.
  func drainReused() -> [Placement] {
    defer { reused = [] }
    return reused
  }

  /// Assigns a placement to a group: a free one with the same number of words, or a new one.
  func allocatePlacement(for slot: Slot) -> Placement {
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

  /// Frees the placement of a group.
  func vacate(_ index: Int) {
    guard let slot = slots[index], let placement = placements[index] else { return }
    if let position = slot.position, let moved = batches.remove(position) {
      slots[moved.index]?.position = position
    }
    slotOf[slot.group.id] = nil
    slots[index] = nil
    placements[index] = nil
    free[placement.count, default: []].append(placement)
  }

  // MARK: - A pass

  /// Reads every group once into the snapshot.
  func sample(into snapshot: inout Snapshot) { batches.sample(into: &snapshot) }
}
