import LinuxSystem
public import Statistics
public import Synchronization

/// Writes the values of a group in a publisher's table.
///
/// The memory of a record stays valid after the group was removed or the publisher was closed;
/// later writes have no effect on readers. The handles of `Record+Handles.swift` change single
/// words of a relaxed record. `replace` and `update` write all words at once.
@safe
public final class Record: @unchecked Sendable {
  /// The consistency guarantee for readers.
  public enum Consistency: Hashable, Sendable {
    /// Each word is consistent by itself, but words can be from different updates.
    case relaxed
    /// All words belong to one update.
    ///
    /// The number of copies is a power of two, at least two. A reader's sample succeeds if the
    /// reader copies the words before the writer has made (copies - 1) further updates.
    case latched(copies: Int)

    /// All words belong to one update; the record has two copies.
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
  /// Whether the program updates the record only while a reader has enabled the group.
  public let isOnDemand: Bool
  @usableFromInline
  let words: UnsafePointer<Atomic<UInt64>>
  @usableFromInline
  let wordCount: Int
  /// The distance between copies, in words.
  @usableFromInline
  let stride: Int
  @usableFromInline
  let mask: Int
  @usableFromInline
  let index: UnsafePointer<Atomic<UInt64>>
  @usableFromInline
  let demand: UnsafePointer<Atomic<UInt64>>
  /// The start time of counting.
  ///
  /// An on-demand record has a new start time whenever it is enabled.
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
    core.releaseRecord(at: place)
  }

  /// Whether a reader might use the record; `false` while an on-demand record is disabled.
  ///
  /// Check this before you compute costly values. The check costs one load.
  @inlinable
  @inline(__always)
  public var isWatched: Bool {
    unsafe !isOnDemand || demand.pointee.load(ordering: .relaxed) > 0
  }

  /// Sets the status of the values.
  ///
  /// Readers receive the status with their next sample.
  public func setStatus(_ status: TableStatus) {
    core.setStatus(status, at: place.offset, Layout.Group.status, Layout.Group.statusSince)
  }

  // MARK: - All words at once; one writer at a time

  /// Writes all words, in the order of the schema.
  ///
  /// - Parameters:
  ///   - words: The words. Their count must be that of the schema.
  ///   - window: The time span in which the values were obtained; `nil` means that the values are
  ///     current whenever a reader reads them.
  @inlinable
  @inline(__always)
  public func replace<let count: Int>(_ words: [count of UInt64], window: Window? = nil) {
    precondition(count == wordCount, "\(count) words for a record of \(wordCount)")
    let number = unsafe index.pointee.load(ordering: .relaxed) &+ 1
    let since = unsafe start.pointee.load(ordering: .relaxed)
    let copy = unsafe nextCopy(number)
    unsafe fill(copy, words)
    unsafe storeWindow(window, in: copy)
    publish(number, since)
  }

  /// Writes all words, in the order of the schema.
  @inlinable
  public func replace(_ words: Span<UInt64>, window: Window? = nil) {
    precondition(words.count == wordCount, "\(words.count) words for a record of \(wordCount)")
    let number = unsafe index.pointee.load(ordering: .relaxed) &+ 1
    let since = unsafe start.pointee.load(ordering: .relaxed)
    let copy = unsafe nextCopy(number)
    for position in words.indices {
      unsafe copy[position].store(words[position], ordering: .relaxed)
    }
    unsafe storeWindow(window, in: copy)
    publish(number, since)
  }

  /// Changes some words: `body` receives all current words and changes them for readers.
  ///
  /// In the first update, `body` finds counters and histograms at zero.
  @inlinable
  public func update<Result>(
    window: Window? = nil, _ body: (borrowing RecordWords) throws -> Result
  ) rethrows -> Result {
    let number = unsafe index.pointee.load(ordering: .relaxed) &+ 1
    let since = unsafe start.pointee.load(ordering: .relaxed)
    let copy = unsafe nextCopy(number)
    if mask > 0 {
      let complete = unsafe words + ((Int(truncatingIfNeeded: number) &- 1) & mask) * stride
      for position in 0..<wordCount {
        unsafe copy[position].store(complete[position].load(ordering: .relaxed), ordering: .relaxed)
      }
      if number == 1, !isOnDemand { unsafe resetCounters(copy) }
    }
    let result = try unsafe body(RecordWords(copy, count: wordCount))
    unsafe storeWindow(window, in: copy)
    publish(number, since)
    return result
  }

  /// Sets counters and histograms to zero for the first update.
  ///
  /// Counters of on-demand records need no reset here: they were set to zero when enabled.
  @usableFromInline
  func resetCounters(_ copy: UnsafePointer<Atomic<UInt64>>) {
    for statistic in schema.statistics where statistic.kind.counts {
      for word in statistic.words { unsafe copy[word].store(0, ordering: .relaxed) }
    }
  }

  /// Returns the words of the copy for the next update.
  @inlinable
  @inline(__always)
  func nextCopy(_ number: UInt64) -> UnsafePointer<Atomic<UInt64>> {
    // Orders the previous increment of the index before the stores to this copy. A reader that sees
    // one of these stores therefore also sees the new index, and discards the words.
    atomicMemoryFence(ordering: .releasing)
    return unsafe words + (Int(truncatingIfNeeded: number) & mask) * stride
  }

  /// Stores words in pairs, which halves the number of stores.
  ///
  /// Readers still see each word whole.
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
  func storeWindow(_ window: Window?, in copy: UnsafePointer<Atomic<UInt64>>) {
    // Most updates have no window. If the copy has none either, one load replaces two stores.
    guard unsafe window != nil || copy[-1].load(ordering: .relaxed) != 0 else { return }
    unsafe copy[-2].store(window?.begin ?? 0, ordering: .relaxed)
    unsafe copy[-1].store(window?.end ?? 0, ordering: .relaxed)
  }

  /// Publishes the filled copy as the complete copy.
  ///
  /// If a reader enabled the record during the update, the broker's thread has reset all copies.
  /// The filled copy might then contain words from before and after the reset, and is not
  /// published.
  @inlinable
  @inline(__always)
  func publish(_ number: UInt64, _ since: UInt64) {
    if isOnDemand {
      // Pairs with the fence of `enableGroup`: either this thread sees the new start time, or its
      // stores precede the reset of the copies.
      atomicMemoryFence(ordering: .sequentiallyConsistent)
      guard unsafe start.pointee.load(ordering: .relaxed) == since else { return }
    }
    // Releasing: orders the words before the index that publishes them.
    unsafe index.pointee.store(number, ordering: .releasing)
  }
}
