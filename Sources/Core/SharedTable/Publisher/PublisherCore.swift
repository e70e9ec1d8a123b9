import CVitals
import LinuxSystem
import Statistics
import Synchronization

/// Holds the state that a publisher shares with its records and its broker.
///
/// Changes of blocks take a lock. Stores to the words of values need no lock.
final class PublisherCore: Sendable {
  /// A published source.
  struct SourceEntry {
    let place: BlockStore.Place
    let path: String
    let parent: UInt64
    var labels: BlockStore.Place?
    var children: Set<UInt64> = []
    var groups: [String: UInt64] = [:]
  }

  /// A published group, or a withdrawn group whose record still exists.
  struct GroupEntry {
    let place: BlockStore.Place
    let source: UInt64
    let name: String
    /// The location of the values in the on-demand segment, and the size of all copies together.
    var segmentRange: (offset: Int, byteCount: Int)?
    /// The words of a copy before its first update, including padding.
    var initialWords: [UInt64] = []
    var demand = 0
    var watchHandler: (@Sendable (Bool) -> Void)?
    var hasRecord = true
    var isWithdrawn = false
  }

  struct State {
    var store: BlockStore
    /// The key is the whole schema, because the hash of a schema leaves out the meanings.
    var schemas: [Schema: BlockStore.Place] = [:]
    var sources: [UInt64: SourceEntry] = [:]
    var sourceIDs: [String: UInt64] = [:]
    var groups: [UInt64: GroupEntry] = [:]
    var onDemand: OnDemandSegmentState?
    var isClosed = false
  }

  let name: String
  let memory: TableMemory
  let segmentAddressSpace: Int
  private let process = currentProcess()
  private let state: Mutex<State>
  /// Wakes the broker's thread after blocks changed; `nil` without a broker.
  ///
  /// This is not a closure, because generic code that moves a closure out of a mutex and back wraps
  /// the closure in one more thunk each time.
  let changeSignal = Mutex<BrokerSignal?>(nil)

  init(name: String, memory: TableMemory, publication: Publication) {
    self.name = name
    self.memory = memory
    segmentAddressSpace = publication.addressSpaceByteCount
    state = Mutex(
      State(
        store: BlockStore(
          name: name, memory: memory, fileSize: publication.initialByteCount)))
  }

  /// Whether this process created the publisher; `false` in a child of that process.
  var isOwned: Bool { process == currentProcess() }

  /// Lets `body` change blocks, and then notifies readers.
  ///
  /// - Throws: `closed` or `forked` if changes are not permitted any more, or an error of `body`.
  func change<Result>(
    _ body: (inout State) throws(TableError) -> Result
  ) throws(TableError) -> Result {
    guard isOwned else { throw .forked(name: name) }
    let result = try state.withLock { state throws(TableError) in
      guard !state.isClosed else { throw TableError.closed(name: name) }
      return try body(&state)
    }
    changeSignal.withLock { $0 }?.notifyChange()
    return result
  }

  /// Accesses the state without notifying readers.
  func withState<Result>(_ body: (inout sending State) -> sending Result) -> sending Result {
    state.withLock { body(&$0) }
  }

  /// Notes that the record of a group was destroyed, and reclaims the group's memory if the group
  /// was withdrawn.
  func releaseRecord(at place: BlockStore.Place) {
    // In a child of fork(2), do not wait for the mutex, because the thread that holds the mutex
    // might not exist.
    guard isOwned else { return }
    withState { state in
      state.groups[place.id]?.hasRecord = false
      state.reclaimIfUnused(place.id)
    }
  }

  func setStatus(_ status: TableStatus, at block: Int, _ statusField: Int, _ sinceField: Int) {
    let words = status.words
    memory.mapping.storeRelaxed(words.since, at: block + sinceField)
    // Releasing: orders the time before the status.
    memory.mapping.storeReleasing(words.status, at: block + statusField)
  }
}

extension PublisherCore.State {
  /// Reclaims the memory of a withdrawn group whose record no longer exists.
  mutating func reclaimIfUnused(_ id: UInt64) {
    guard let group = groups[id], group.isWithdrawn, !group.hasRecord else { return }
    groups[id] = nil
    store.reclaim(group.place)
    if let range = group.segmentRange { onDemand?.reclaim(range.offset, range.byteCount) }
  }

  /// Makes a group invisible to readers.
  mutating func withdraw(group id: UInt64, _ memory: TableMemory) {
    guard let group = groups[id], !group.isWithdrawn else { return }
    store.withdraw(group.place)
    if group.demand > 0 { disableGroup(id, memory) }
    groups[id]?.isWithdrawn = true
    groups[id]?.watchHandler = nil
    sources[group.source]?.groups[group.name] = nil
    reclaimIfUnused(id)
  }

  /// Makes a source, its groups and all sources below it invisible to readers.
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
