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

  /// A snapshot without groups.
  public init() {}

  /// Makes room for all of a plan's groups: new words are inactive, new groups stale since for
  /// ever.
  mutating func grow(for plan: Plan) {
    let (count, wordCount) = (plan.slotCount, plan.wordCount)
    if words.count < wordCount {
      words.append(
        contentsOf: repeatElement(Inactive.unsigned, count: wordCount - words.count))
    }
    if statuses.count < count {
      let more = count - statuses.count
      windows.append(contentsOf: repeatElement(Window(begin: 0, end: 0), count: more))
      statuses.append(contentsOf: repeatElement(.stale(since: 0), count: more))
      isHeld.append(contentsOf: repeatElement(false, count: more))
    }
  }

  /// Makes a record like that of a group that was never read.
  mutating func reset(_ placement: Placement) {
    guard placement.index < statuses.count else { return }
    windows[placement.index] = Window(begin: 0, end: 0)
    statuses[placement.index] = .stale(since: 0)
    isHeld[placement.index] = false
    for word in placement.offset..<placement.offset + placement.count {
      words[word] = Inactive.unsigned
    }
  }

  /// Takes a record with its window and status from another snapshot, where it lies elsewhere.
  mutating func take(_ new: Placement, from other: borrowing Snapshot, _ old: Placement) {
    guard old.index < other.statuses.count else { return }
    windows[new.index] = other.windows[old.index]
    statuses[new.index] = other.statuses[old.index]
    for word in 0..<new.count { words[new.offset + word] = other.words[old.offset + word] }
  }

  /// Becomes a snapshot of one record, of a group that was never read.
  mutating func begin(recordOf wordCount: Int) {
    words.removeAll(keepingCapacity: true)
    words.append(contentsOf: repeatElement(Inactive.unsigned, count: wordCount))
    windows = [Window(begin: 0, end: 0)]
    statuses = [.stale(since: 0)]
    isHeld = [false]
  }

  /// Whether a backing finished a record in this pass.
  func isFresh(_ index: Int) -> Bool { statuses[index] == .up || isHeld[index] }

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
  /// The groups that it has room for.
  var count: Int { statuses.count }

  /// The words of all records.
  var allWords: Span<UInt64> {
    @_lifetime(borrow self)
    get { words.span }
  }

  /// The words of a record.
  @_lifetime(borrow self)
  func record(_ placement: Placement) -> Span<UInt64> {
    words.span.extracting(placement.offset..<placement.offset + placement.count)
  }

  /// A record with its window and status, or with another status.
  func copy(of schema: Schema, at placement: Placement, status: Status? = nil) -> Reading {
    var copy: [UInt64] = []
    copy.reserveCapacity(placement.count)
    for word in placement.offset..<placement.offset + placement.count { copy.append(words[word]) }
    return Reading(
      schema, status ?? statuses[placement.index], windows[placement.index], words: copy)
  }

  /// Whether a record holds numbers of some time, even if they may not be shown.
  func wasEverRead(_ index: Int) -> Bool { windows[index].end > 0 }

  /// Makes every record stale, until its backing finishes it.
  mutating func begin() {
    for index in statuses.indices {
      statuses[index] = .stale(since: 0)
      isHeld[index] = false
    }
  }

  /// Gives every record that could not be read the words and window of the last time, from
  /// `other`; a stale one is stale since then.
  mutating func settle(from other: borrowing Snapshot, _ plan: Plan) {
    for index in statuses.indices {
      if isFresh(index) { continue }
      guard let placement = plan.placement(at: index) else { continue }
      let wasRead = other.windows[index].end > 0
      if case .stale = statuses[index] {
        statuses[index] =
          other.statuses[index].hasNumbers && wasRead
          ? .stale(since: other.windows[index].end) : other.statuses[index]
      }
      guard wasRead else { continue }
      windows[index] = other.windows[index]
      for word in placement.offset..<placement.offset + placement.count {
        words[word] = other.words[word]
      }
    }
  }
}
