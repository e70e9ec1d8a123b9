import CVitals
import LinuxSystem
import Statistics
import Synchronization

/// What a publisher, its records and its broker have in common.
///
/// Blocks change under a lock; words do not need it.
final class PublisherCore: Sendable {
  /// A source that is in the table.
  struct SourceEntry {
    let place: BlockStore.Place
    let path: String
    let parent: UInt64
    var labels: BlockStore.Place?
    var children: Set<UInt64> = []
    var groups: [String: UInt64] = [:]
  }

  /// A group that is in the table, or whose record is still held.
  struct GroupEntry {
    let place: BlockStore.Place
    let source: UInt64
    let name: String
    /// Where the values are in the annex, and how long all copies are.
    var annexRange: (offset: Int, byteCount: Int)?
    /// The words of a copy before anything was counted, its padding with them.
    var firstWords: [UInt64] = []
    var demand = 0
    var whenWatched: (@Sendable (Bool) -> Void)?
    var isHeld = true
    var isWithdrawn = false
  }

  struct State {
    var store: BlockStore
    /// By all of their facts: the hash alone leaves out what a meaning says.
    var schemas: [Schema: BlockStore.Place] = [:]
    var sources: [UInt64: SourceEntry] = [:]
    var sourceIDs: [String: UInt64] = [:]
    var groups: [UInt64: GroupEntry] = [:]
    var annex: OnDemandSegmentState?
    var isClosed = false
  }

  let name: String
  let memory: TableMemory
  let annexAddressSpace: Int
  private let process = currentProcess()
  private let state: Mutex<State>
  /// Told after blocks changed.
  ///
  /// No closure: one that generic code takes out and puts back is wrapped each time, without end.
  let whenChanged = Mutex<BrokerSignal?>(nil)

  init(name: String, memory: TableMemory, publication: Publication) {
    self.name = name
    self.memory = memory
    annexAddressSpace = publication.addressSpaceByteCount
    state = Mutex(
      State(
        store: BlockStore(
          name: name, memory: memory, fileSize: publication.firstByteCount)))
  }

  /// Whether the caller is the process that made the publisher, not a child of it.
  var isOwned: Bool { process == currentProcess() }

  /// Changes blocks.
  ///
  /// - Throws: `closed` or `forked` where they may not be changed any more, and what `body` throws.
  func change<Result>(
    _ body: (inout State) throws(TableError) -> Result
  ) throws(TableError) -> Result {
    guard isOwned else { throw .forked(name: name) }
    let result = try state.withLock { state throws(TableError) in
      guard !state.isClosed else { throw TableError.closed(name: name) }
      return try body(&state)
    }
    whenChanged.withLock { $0 }?.change()
    return result
  }

  /// Looks at the state, or changes what readers do not see.
  func withState<Result>(_ body: (inout sending State) -> sending Result) -> sending Result {
    state.withLock { body(&$0) }
  }

  /// The record of a group is held no more.
  func letGo(of place: BlockStore.Place) {
    // In a child of fork(2) nobody may be there who would give the lock back.
    guard isOwned else { return }
    withState { state in
      state.groups[place.id]?.isHeld = false
      state.reclaimIfUnused(place.id)
    }
  }

  func setStatus(_ status: TableStatus, at block: Int, _ statusField: Int, _ sinceField: Int) {
    let words = status.words
    memory.mapping.storeRelaxed(words.since, at: block + sinceField)
    // Releasing: since when before what.
    memory.mapping.storeReleasing(words.status, at: block + statusField)
  }
}

extension PublisherCore.State {
  /// Gives the memory of a withdrawn group to others, once nobody can write it.
  mutating func reclaimIfUnused(_ id: UInt64) {
    guard let group = groups[id], group.isWithdrawn, !group.isHeld else { return }
    groups[id] = nil
    store.reclaim(group.place)
    if let range = group.annexRange { annex?.reclaim(range.offset, range.byteCount) }
  }

  /// Takes a group from readers.
  mutating func withdraw(group id: UInt64, _ memory: TableMemory) {
    guard let group = groups[id], !group.isWithdrawn else { return }
    store.withdraw(group.place)
    if group.demand > 0 { endWatch(id, memory) }
    groups[id]?.isWithdrawn = true
    groups[id]?.whenWatched = nil
    sources[group.source]?.groups[group.name] = nil
    reclaimIfUnused(id)
  }

  /// Takes a source, its groups and all below it from readers.
  mutating func withdraw(source id: UInt64, _ memory: TableMemory) {
    guard let source = sources[id] else { return }
    for child in source.children { withdraw(source: child, memory) }
    for group in source.groups.values { withdraw(group: group, memory) }
    for place in [source.labels, source.place] {
      guard let place else { continue }
      store.withdraw(place)
      store.reclaim(place)
    }
    sources[id] = nil
    sourceIDs[source.path] = nil
    sources[source.parent]?.children.remove(id)
  }
}
