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

  struct Slot {
    let group: Group
    let source: Source
    let shown: [Int]
    /// Whether views have it, or only aggregates.
    let isShown: Bool
    /// The aggregates that count it.
    var uses: Int32 = 0
    /// Where its backing is asked for it; nil of an aggregate.
    var position: BatchList.Position?
  }

  let tree: Tree
  let selection: Selection
  /// The tree's generation that it is up to date with.
  public internal(set) var generation: UInt64
  /// The words of all records.
  public private(set) var wordCount = 0
  var slots: [Slot?] = []
  var placements: [Placement?] = []
  var slotOf: [UInt64: Int] = [:]
  /// The free slots, by the length of their records.
  private var free: [Int: [Placement]] = [:]
  var batches = BatchList()
  var foldings: [AggregateState] = []
  var foldingOf: [UInt64: Int] = [:]
  private var shownOf: [UInt64: [Int]] = [:]
  var ordered: [Entry]?
  /// Places of members that an aggregate needs no more.
  var released: [Int] = []
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
    for item in groups where item.group.aggregation == nil {
      join(item.group, item.source, instead: old)
    }
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

  func folding(of group: Group) -> AggregateState? { foldingOf[group.id].map { foldings[$0] } }

  var slotCount: Int { slots.count }

  /// Whether most places are free, so that a plan made anew is worth its cost.
  ///
  /// As many groups left as a new plan has to look at, so that it costs each of them the same.
  var isSparse: Bool {
    let freeCount = slots.count - slotOf.count
    return freeCount > 1024 && freeCount > slotOf.count
  }

  /// The statistics of a schema that were asked for.
  func shown(of schema: Schema) -> [Int] {
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
  func place(_ slot: Slot) -> Placement {
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

  /// Takes its record from a group.
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

  /// Reads every group once.
  func sample(into snapshot: inout Snapshot) { batches.sample(into: &snapshot) }
}
