import LinuxSystem
public import Statistics
public import Synchronization

/// A group's numbers in a table, under its writer's hands.
///
/// It keeps its memory, also after the group was removed or the publisher closed: a word that is
/// written late is lost, and harms nobody. Words are counted through the handles of
/// `Record+Handles.swift` where they are relaxed, and all together by `replace` and `update`.
@safe
public final class Record: @unchecked Sendable {
  /// Which promise readers get.
  public enum Consistency: Hashable, Sendable {
    /// Each word for itself: a bump is a load and a store.
    case relaxed
    /// All words of one update. The number of copies is a power of two of at least two; a reader
    /// has as many updates less one to copy a sample.
    case latched(copies: Int)

    /// All words of one update, in two copies.
    public static let latched = Consistency.latched(copies: 2)

    var copies: Int {
      switch self {
      case .relaxed: 1
      case .latched(let copies): copies
      }
    }
  }

  public let name: String
  public let schema: Schema
  public let consistency: Consistency
  /// Whether it is kept only while a reader asks for it.
  public let isOnDemand: Bool
  @usableFromInline
  let words: UnsafePointer<Atomic<UInt64>>
  @usableFromInline
  let wordCount: Int
  /// From copy to copy, in words.
  @usableFromInline
  let stride: Int
  @usableFromInline
  let mask: Int
  @usableFromInline
  let index: UnsafePointer<Atomic<UInt64>>
  @usableFromInline
  let demand: UnsafePointer<Atomic<UInt64>>
  /// Since when it counts: another time with each wake of a record on demand.
  @usableFromInline
  let start: UnsafePointer<Atomic<UInt64>>
  let place: BlockStore.Place
  let core: PublisherCore

  init(
    name: String, schema: Schema, consistency: Consistency, place: BlockStore.Place, stride: Int,
    values: borrowing Mapping, at offset: Int, isOnDemand: Bool, core: PublisherCore
  ) {
    self.name = name
    self.schema = schema
    self.consistency = consistency
    self.isOnDemand = isOnDemand
    self.place = place
    self.core = core
    self.stride = stride / 8
    wordCount = schema.wordCount
    mask = consistency.copies - 1
    let length = stride * consistency.copies - Layout.Copy.size
    unsafe words = values.words(at: offset + Layout.Copy.size, count: length / 8)
    let block = place.offset
    unsafe index = core.memory.mapping.word(at: block + Layout.Group.index)
    unsafe demand = core.memory.mapping.word(at: block + Layout.Group.demand)
    unsafe start = core.memory.mapping.word(at: block + Layout.Group.start)
  }

  deinit {
    core.letGo(of: place)
  }

  /// Whether anybody reads it: for hot paths whose numbers cost something; one load.
  @inlinable
  @inline(__always)
  public var isWatched: Bool {
    unsafe !isOnDemand || demand.pointee.load(ordering: .relaxed) > 0
  }

  /// Says whether there are numbers, and if not, why; readers see it with their next sample.
  public func setStatus(_ status: TableStatus) {
    core.setStatus(status, at: place.offset, Layout.Group.status, Layout.Group.statusSince)
  }

  // MARK: - All words at once; one writer at a time

  /// Writes all words, in the order of the schema.
  ///
  /// - Parameters:
  ///   - words: as many as the schema has.
  ///   - window: when they were true; nil takes the time at which they are read.
  @inlinable
  @inline(__always)
  public func replace<let count: Int>(_ words: [count of UInt64], window: Window? = nil) {
    precondition(count == wordCount, "\(count) words for a record of \(wordCount)")
    let number = unsafe index.pointee.load(ordering: .relaxed) &+ 1
    let since = unsafe start.pointee.load(ordering: .relaxed)
    let copy = unsafe begin(number)
    unsafe fill(copy, words)
    unsafe stamp(copy, window)
    publish(number, since)
  }

  /// Writes all words, in the order of the schema.
  @inlinable
  public func replace(_ words: Span<UInt64>, window: Window? = nil) {
    precondition(words.count == wordCount, "\(words.count) words for a record of \(wordCount)")
    let number = unsafe index.pointee.load(ordering: .relaxed) &+ 1
    let since = unsafe start.pointee.load(ordering: .relaxed)
    let copy = unsafe begin(number)
    for position in words.indices {
      unsafe copy[position].store(words[position], ordering: .relaxed)
    }
    unsafe stamp(copy, window)
    publish(number, since)
  }

  /// Changes some words: `body` gets all of them as they are, and readers get them after it.
  ///
  /// Counters and histograms that no update has counted yet are zero.
  @inlinable
  public func update<Result>(
    window: Window? = nil, _ body: (borrowing RecordWords) throws -> Result
  ) rethrows -> Result {
    let number = unsafe index.pointee.load(ordering: .relaxed) &+ 1
    let since = unsafe start.pointee.load(ordering: .relaxed)
    let copy = unsafe begin(number)
    if mask > 0 {
      let whole = unsafe words + ((Int(truncatingIfNeeded: number) &- 1) & mask) * stride
      for position in 0..<wordCount {
        unsafe copy[position].store(whole[position].load(ordering: .relaxed), ordering: .relaxed)
      }
      if number == 1, !isOnDemand { unsafe beginCounting(copy) }
    }
    let result = try unsafe body(RecordWords(copy, count: wordCount))
    unsafe stamp(copy, window)
    publish(number, since)
    return result
  }

  /// Counters and histograms of a first update begin at zero; those on demand did when they woke.
  @usableFromInline
  func beginCounting(_ copy: UnsafePointer<Atomic<UInt64>>) {
    for statistic in schema.statistics where statistic.kind.counts {
      for word in statistic.words { unsafe copy[word].store(0, ordering: .relaxed) }
    }
  }

  /// The words of the copy that the next update fills.
  @inlinable
  @inline(__always)
  func begin(_ number: UInt64) -> UnsafePointer<Atomic<UInt64>> {
    // Orders the index of the last update before the stores to this copy: a reader that sees one
    // of them also sees that the copy it reads is no longer the whole one.
    atomicMemoryFence(ordering: .releasing)
    return unsafe words + (Int(truncatingIfNeeded: number) & mask) * stride
  }

  /// Stores words two at a time: half the stores, of which each word is still seen whole.
  @inlinable
  @inline(__always)
  func fill<let count: Int>(_ copy: UnsafePointer<Atomic<UInt64>>, _ words: [count of UInt64]) {
    var position = 0
    #if !VITALS_THREAD_SANITIZER
    let bytes = unsafe UnsafeMutableRawPointer(mutating: copy)
    while position &+ 2 <= count {
      let pair = SIMD2(words[position], words[position &+ 1])
      unsafe bytes.storeBytes(of: pair, toByteOffset: position &* 8, as: SIMD2<UInt64>.self)
      position &+= 2
    }
    #endif
    while position < count {
      unsafe copy[position].store(words[position], ordering: .relaxed)
      position &+= 1
    }
  }

  @inlinable
  @inline(__always)
  func stamp(_ copy: UnsafePointer<Atomic<UInt64>>, _ window: Window?) {
    // A load is cheaper than a store, and few writers give windows.
    guard unsafe window != nil || copy[-1].load(ordering: .relaxed) != 0 else { return }
    unsafe copy[-2].store(window?.begin ?? 0, ordering: .relaxed)
    unsafe copy[-1].store(window?.end ?? 0, ordering: .relaxed)
  }

  /// The filled copy becomes the whole one, unless a reader woke the record meanwhile: then all copies
  /// began anew, and this one may be half of each.
  @inlinable
  @inline(__always)
  func publish(_ number: UInt64, _ since: UInt64) {
    if isOnDemand {
      // With the one of `beginWatch`: either this thread sees the wake, or what it stored is there
      // before the copies begin anew.
      atomicMemoryFence(ordering: .sequentiallyConsistent)
      guard unsafe start.pointee.load(ordering: .relaxed) == since else { return }
    }
    // Releasing: the words before the index that names them.
    unsafe index.pointee.store(number, ordering: .releasing)
  }
}
