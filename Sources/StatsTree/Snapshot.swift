public import Statistics

/// One sample of every group of a plan, in one buffer.
///
/// ```
/// words:    | record of group 0 | record of group 1 | ...
/// windows:  | begin, end        | begin, end        | ...
/// statuses: | up                | stale             | ...
/// ```
public struct Snapshot: ~Copyable, Sendable {
  /// The records, one after the other.
  @usableFromInline
  var words: [UInt64] = []
  @usableFromInline
  var windows: [Window] = []
  @usableFromInline
  var statuses: [Status] = []
  /// Of each record, whether its words are of this pass though it is stale.
  private var isHeld: [Bool] = []
  /// The generation of the plan that laid it out.
  public private(set) var generation: UInt64 = 0

  /// A snapshot without groups.
  public init() {}

  /// Lays the snapshot out anew: all words inactive, all groups stale since for ever.
  mutating func lay(out plan: Plan) {
    words = Array(repeating: Inactive.unsigned, count: plan.wordCount)
    windows = Array(repeating: Window(begin: 0, end: 0), count: plan.entries.count)
    statuses = Array(repeating: .stale(since: 0), count: plan.entries.count)
    isHeld = Array(repeating: false, count: plan.entries.count)
    generation = plan.generation
  }

  // MARK: - For backings

  /// Lets `body` write the words of a record.
  @inlinable
  @inline(__always)
  public mutating func fill<Result>(
    _ placement: Placement, _ body: (inout MutableSpan<UInt64>) -> Result
  ) -> Result {
    var all = words.mutableSpan
    // The name that Swift 6.3 has for a part of a mutable span.
    var record = all._mutatingExtracting(placement.offset..<placement.offset + placement.count)
    return body(&record)
  }

  /// Says that a record is whole: when it was read.
  @inlinable
  @inline(__always)
  public mutating func finish(_ placement: Placement, _ window: Window) {
    windows[placement.index] = window
    statuses[placement.index] = .up
  }

  /// Says that a record is whole, but that nothing new came into it since a time.
  ///
  /// For the last numbers of a process that has ended: they can be read, and are not of now.
  ///
  /// - Parameters:
  ///   - placement: the record.
  ///   - window: when the words were true.
  ///   - since: when the last new number came, in nanoseconds of CLOCK_MONOTONIC; not 0.
  public mutating func finish(_ placement: Placement, _ window: Window, staleSince since: UInt64) {
    windows[placement.index] = window
    statuses[placement.index] = .stale(since: max(1, since))
    isHeld[placement.index] = true
  }

  /// Says that a record could not be read; its words and window stay those of the last time.
  public mutating func fail(_ placement: Placement, _ status: Status) {
    statuses[placement.index] = status
  }

  // MARK: - For views

  @inlinable
  public func status(of index: Int) -> Status { statuses[index] }

  public func window(of index: Int) -> Window { windows[index] }

  /// Whether a record holds numbers that were true at some time; not where none was ever read.
  public func hasNumbers(of index: Int) -> Bool {
    // No window of CLOCK_MONOTONIC ends at 0.
    statuses[index].hasNumbers && windows[index].end > 0
  }

  /// One word of the buffer.
  public subscript(word: Int) -> UInt64 { words[word] }

  /// Lets `body` read the words of a record.
  public func read<Result>(_ placement: Placement, _ body: (Span<UInt64>) -> Result) -> Result {
    body(words.span.extracting(placement.offset..<placement.offset + placement.count))
  }
}

extension Snapshot {
  /// Makes every record stale, until its backing finishes it.
  mutating func begin() {
    for index in statuses.indices {
      statuses[index] = .stale(since: 0)
      isHeld[index] = false
    }
  }

  /// Gives every record that is stale the words and window of the last time, from `other`.
  mutating func settle(from other: borrowing Snapshot, _ placements: [Placement?], _ plan: Plan) {
    for index in statuses.indices {
      guard case .stale = statuses[index], !isHeld[index] else { continue }
      guard let old = placements[index] else { continue }
      let new = plan.entries[index].placement
      guard other.statuses[old.index].hasNumbers else {
        statuses[index] = other.statuses[old.index]
        continue
      }
      windows[index] = other.windows[old.index]
      statuses[index] = .stale(since: windows[index].end)
      for word in 0..<new.count { words[new.offset + word] = other.words[old.offset + word] }
    }
  }
}
