import Glibc
public import Statistics
import Synchronization

/// The statistics of a program's own records, read where they lie: nothing is copied or told when
/// the program counts.
///
/// All records of a backing have the same fields. A token is that of a record; when the record is
/// removed its group is gone, and its token is never another's.
///
/// ```swift
/// let ports = RecordBacking<Port>(
///   [RecordField("packets", .u64, at: 0), RecordField("isUp", .bool, at: 8)],
///   reading: { port, read in read(port.bytes.span) })
/// try ports.attach("port", port, to: source, in: tree)
/// ```
///
/// Records may be added and removed from any thread, also while a pass goes on; who removes one
/// waits for the pass, and knows that nobody reads the record afterwards. The program's writers are
/// not stopped: where numbers have to fit together, `reading` takes the program's own lock. That
/// lock must not be held by who adds, removes or clears, and `reading` does none of these.
public final class RecordBacking<Record: Sendable>: Backing, Sendable {
  /// Lends the bytes of a record to a closure, once; a record that is not lent stays stale.
  public typealias Reading = @Sendable (Record, (Span<UInt8>) -> Void) -> Void
  /// Lends the bytes of a record to be changed.
  public typealias Writing = @Sendable (Record, (inout MutableSpan<UInt8>) -> Void) -> Void

  /// The fields' statistics, each one word.
  public let schema: Schema
  /// The bytes that each record has to have.
  public var byteCount: Int { layout.byteCount }
  private let fields: [RecordField<Record>]
  private let layout: RecordLayout
  private let reading: Reading?
  private let writing: Writing?
  private let state = Mutex(State())

  private struct State: Sendable {
    var records = RecordList()
    /// Of each placement of a pass, whether it was read.
    var isRead: [Bool] = []
  }

  /// - Parameters:
  ///   - fields: what each record has.
  ///   - reading: lends a record's bytes; nil where each field has a closure.
  ///   - writing: lends them to set a field to zero; nil where that may not be.
  /// - Precondition: there is `reading` where a field lies in bytes.
  public init(
    _ fields: [RecordField<Record>], reading: Reading? = nil, writing: Writing? = nil
  ) {
    layout = RecordLayout(fields)
    precondition(
      layout.byteCount == 0 || reading != nil, "the fields lie in bytes that nobody lends")
    self.fields = fields
    self.reading = reading
    self.writing = writing
    schema = Schema(packing: fields.map(\.statistic))
  }

  // MARK: - Records

  /// A record more: its token.
  ///
  /// - Throws: `tooShort` where it has fewer bytes than its fields need.
  public func add(_ record: Record) throws(RecordError) -> Int {
    var count: Int?
    reading?(record) { count = $0.count }
    if let count, count < byteCount {
      throw .tooShort(byteCount: count, needed: byteCount)
    }
    let bound = bind(record)
    return state.withLock { $0.records.add(bound) }
  }

  /// The record without its type; it does not hold the backing, which holds it.
  private func bind(_ record: Record) -> BoundRecord {
    let (fields, reading, writing) = (fields, reading, writing)
    var calls: [@Sendable () -> UInt64?] = []
    for field in fields {
      if case .closure(let get, _) = field.place { calls.append { get(record) } }
    }
    var read: (@Sendable ((Span<UInt8>) -> Void) -> Void)?
    if let reading { read = { reading(record, $0) } }
    return BoundRecord(
      read: read, calls: calls, clear: { fields[$0].clear(record, writing: writing) })
  }

  /// Lets go of a record: its group is gone, and nobody reads it any more when this returns.
  ///
  /// A token that has no record changes nothing.
  public func remove(_ token: Int) {
    // The record ends outside of the lock: what it does then is the program's.
    _ = state.withLock { $0.records.remove(token) }
  }

  /// Gives a source a record's statistics.
  ///
  /// - Returns: the group; its token is the record's.
  @discardableResult
  public func attach(
    _ name: String, _ record: Record, to source: Source, in tree: Tree,
    provenance: Provenance = .memory
  ) throws(RecordError) -> Group {
    let token = try add(record)
    do {
      return try tree.attach(
        name, schema: schema, backing: self, token: token, provenance: provenance, to: source)
    } catch {
      remove(token)
      throw .tree(error)
    }
  }

  // MARK: - A pass

  /// Reads the records, all in the window of the pass.
  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    let begin = monotonicNow()
    state.withLock { state in
      if state.isRead.count < placements.count {
        state.isRead = Array(repeating: false, count: placements.count)
      }
      // By index: unoptimized, an iterator allocates for each element.
      for index in placements.indices {
        state.isRead[index] = read(placements[index], state.records, into: &snapshot)
      }
      let window = Window(begin: begin, end: monotonicNow())
      for index in placements.indices where state.isRead[index] {
        snapshot.finish(placements[index], window)
      }
    }
  }

  /// Reads one record: whether it is whole.
  private func read(
    _ placement: Placement, _ records: borrowing RecordList, into snapshot: inout Snapshot
  ) -> Bool {
    guard let record = records.record(placement.token) else {
      snapshot.fail(placement, .gone)
      return false
    }
    let layout = layout
    guard let read = record.read else {
      snapshot.fill(placement) { layout.fill(&$0, of: record, Span()) }
      return true
    }
    var isRead = false
    read { bytes in
      // It may have become shorter.
      guard bytes.count >= layout.byteCount else {
        snapshot.fail(placement, .denied(code: EIO))
        return
      }
      snapshot.fill(placement) { layout.fill(&$0, of: record, bytes) }
      isRead = true
    }
    return isRead
  }

  // MARK: - Clearing

  public func canClear(_ token: Int, _ statistic: Statistic) -> Bool {
    guard let index = schema.statistics.firstIndex(of: statistic) else { return false }
    return fields[index].canClear(writing: writing)
  }

  /// Sets a field of a record to zero.
  ///
  /// - Returns: `notPermitted` of a level, and where there is no way to; `failed` with `ENOENT`
  ///   where the record was removed.
  public func clear(_ token: Int, _ statistic: Statistic) -> Clearing {
    guard statistic.isCount, let index = schema.statistics.firstIndex(of: statistic) else {
      return .notPermitted
    }
    return state.withLock { $0.records.record(token)?.clear(index) ?? .failed(code: ENOENT) }
  }
}

/// Nanoseconds of CLOCK_MONOTONIC, which on Linux is what the suspending clock tells.
private func monotonicNow() -> UInt64 {
  let time = SuspendingClock().systemEpoch.duration(to: .now)
  return UInt64(time.components.seconds) * 1_000_000_000
    + UInt64(time.components.attoseconds / 1_000_000_000)
}
