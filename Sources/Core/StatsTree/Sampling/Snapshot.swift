public import Statistics

/// One sample of every group of a plan, in one buffer.
///
/// ```
/// words:    | record of group 0 | record of group 1 | ...
/// windows:  | begin, end        | begin, end        | ...
/// statuses: | up                | stale             | ...
/// ```
public struct Snapshot: ~Copyable, Sendable {
  /// The words of all records, one record after the other.
  ///
  /// A record is the words of one group.
  @usableFromInline
  var words: [UInt64] = []
  @usableFromInline
  var windows: [Window] = []
  @usableFromInline
  var statuses: [Status] = []
  /// For each record, whether its backing finished it in this sample although its source has stale
  /// data.
  private var isFinishedStale: [Bool] = []

  /// Creates a snapshot without groups.
  public init() {}

  /// Makes room for all groups of a plan; new words are inactive, and new groups count as never
  /// read.
  mutating func grow(for plan: Plan) {
    let (count, wordCount) = (plan.slotCount, plan.wordCount)
    if words.count < wordCount {
      words.append(
        contentsOf: repeatElement(Inactive.unsigned, count: wordCount - words.count))
    }
    if statuses.count < count {
      let more = count - statuses.count
      windows.append(contentsOf: repeatElement(Window(begin: 0, end: 0), count: more))
      statuses.append(contentsOf: repeatElement(.pending, count: more))
      isFinishedStale.append(contentsOf: repeatElement(false, count: more))
    }
  }

  /// Resets a record to the state of a group that was never read.
  mutating func reset(_ placement: Placement) {
    guard placement.index < statuses.count else { return }
    windows[placement.index] = Window(begin: 0, end: 0)
    statuses[placement.index] = .pending
    isFinishedStale[placement.index] = false
    for word in placement.offset..<placement.offset + placement.count {
      words[word] = Inactive.unsigned
    }
  }

  /// Copies a record with its window and its status from a placement in another snapshot.
  mutating func copyRecord(
    to new: Placement, from other: borrowing Snapshot, at old: Placement
  ) {
    guard old.index < other.statuses.count else { return }
    windows[new.index] = other.windows[old.index]
    statuses[new.index] = other.statuses[old.index]
    for word in 0..<new.count { words[new.offset + word] = other.words[old.offset + word] }
  }

  /// Turns this into a snapshot of one record, whose group was never read.
  mutating func resetToRecord(of wordCount: Int) {
    words.removeAll(keepingCapacity: true)
    words.append(contentsOf: repeatElement(Inactive.unsigned, count: wordCount))
    windows = [Window(begin: 0, end: 0)]
    statuses = [.pending]
    isFinishedStale = [false]
  }

  /// Returns `true` if a backing finished a record in this sample.
  func isFinished(_ index: Int) -> Bool { statuses[index] == .up || isFinishedStale[index] }

  // MARK: - For backings

  /// Calls `body` with the words of a record, so that `body` writes them.
  @inlinable
  @inline(__always)
  public mutating func fill<Result>(
    _ placement: Placement, _ body: (inout MutableSpan<UInt64>) -> Result
  ) -> Result {
    var all = words.mutableSpan
    // This is the name in Swift 6.3 of the function that returns a part of a mutable span.
    var record = all._mutatingExtracting(placement.offset..<placement.offset + placement.count)
    return body(&record)
  }

  /// Marks a record as completely read, in this window.
  @inlinable
  @inline(__always)
  public mutating func finish(_ placement: Placement, _ window: Window) {
    windows[placement.index] = window
    statuses[placement.index] = .up
  }

  /// Marks a record as completely read, although no new values have arrived since a time.
  ///
  /// Use this for the last values of a process that has ended. These values are readable but not
  /// current.
  ///
  /// - Parameters:
  ///   - placement: The location of the record.
  ///   - window: The time span in which the words were valid.
  ///   - since: The time of the last new value, in nanoseconds of CLOCK_MONOTONIC; not 0.
  public mutating func finish(_ placement: Placement, _ window: Window, staleSince since: UInt64) {
    windows[placement.index] = window
    statuses[placement.index] = .stale(since: max(1, since))
    isFinishedStale[placement.index] = true
  }

  /// Marks a record as not readable; its words and window stay those of the previous sample.
  public mutating func fail(_ placement: Placement, _ status: Status) {
    statuses[placement.index] = status
  }

  // MARK: - For views

  @inlinable
  public func status(of index: Int) -> Status { statuses[index] }

  public func window(of index: Int) -> Window { windows[index] }

  /// Returns `true` if a record has values that were valid at some time.
  public func hasNumbers(of index: Int) -> Bool {
    // CLOCK_MONOTONIC is never 0 when values are read, so an end of 0 means that nothing was read.
    statuses[index].hasNumbers && windows[index].end > 0
  }

  /// Returns a word of the buffer of all records.
  public subscript(word: Int) -> UInt64 { words[word] }

  /// Calls `body` with the words of a record.
  public func read<Result>(_ placement: Placement, _ body: (Span<UInt64>) -> Result) -> Result {
    body(words.span.extracting(placement.offset..<placement.offset + placement.count))
  }
}

extension Snapshot {
  /// The number of groups for which the snapshot has room.
  var count: Int { statuses.count }

  /// The words of all records.
  var allWords: Span<UInt64> {
    @_lifetime(borrow self)
    get { words.span }
  }

  /// Returns the words of a record.
  @_lifetime(borrow self)
  func record(_ placement: Placement) -> Span<UInt64> {
    words.span.extracting(placement.offset..<placement.offset + placement.count)
  }

  /// Returns a copy of a record with its window, and with its own status or with `status`.
  func copy(of schema: Schema, at placement: Placement, status: Status? = nil) -> Reading {
    var copy: [UInt64] = []
    copy.reserveCapacity(placement.count)
    for word in placement.offset..<placement.offset + placement.count { copy.append(words[word]) }
    return Reading(
      schema, status ?? statuses[placement.index], windows[placement.index], words: copy)
  }

  /// Returns `true` if a record was ever read, even if its values must not be shown now.
  func wasEverRead(_ index: Int) -> Bool { windows[index].end > 0 }

  /// Marks every record as pending; a backing that finishes a record changes this.
  mutating func markAllPending() {
    for index in statuses.indices {
      statuses[index] = .pending
      isFinishedStale[index] = false
    }
  }

  /// Copies from the previous sample the words and windows of records that were not finished.
  ///
  /// If such a record has values and its backing reported no error, its status becomes stale since
  /// the end of the copied window.
  mutating func carryForward(from other: borrowing Snapshot, _ plan: Plan) {
    for index in statuses.indices {
      if isFinished(index) { continue }
      guard let placement = plan.placement(at: index) else { continue }
      let wasRead = other.windows[index].end > 0
      switch statuses[index] {
      case .stale, .pending:
        statuses[index] =
          other.statuses[index].hasNumbers && wasRead
          ? .stale(since: other.windows[index].end) : other.statuses[index]
      case .up, .denied, .gone: break
      }
      guard wasRead else { continue }
      windows[index] = other.windows[index]
      for word in placement.offset..<placement.offset + placement.count {
        words[word] = other.words[word]
      }
    }
  }
}
