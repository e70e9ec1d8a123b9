import Glibc
public import Statistics
import Synchronization

/// A backing for records in the program's own memory, which each pass reads in place.
///
/// A record is one object of the program, such as a port, with the values of its statistics. A pass
/// is one sampling of all groups. The program increments its values in memory and calls nothing.
/// All records of a backing have the same fields. A token is an ID of a record and is never reused.
/// After a record is removed, the status of its group is `gone`.
///
/// ```swift
/// let ports = RecordBacking<Port>(
///   [RecordField("packets", .u64, at: 0), RecordField("isUp", .bool, at: 8)],
///   reading: { port, read in read(port.bytes.span) })
/// try ports.attach("port", port, to: source, in: tree)
/// ```
///
/// Every thread is allowed to add and remove records, also during a pass. `remove` waits for the
/// end of the pass; after `remove` returns, nobody reads the record. Writers of values are not
/// blocked. If several values of a record must be consistent, `reading` must acquire the program's
/// own lock. Callers of `add`, `remove` and `clear` must not hold that lock, and `reading` must not
/// call these functions.
public final class RecordBacking<Record: Sendable>: Backing, Sendable {
  /// Passes the bytes of a record to a closure, once; a record that is not passed becomes stale.
  public typealias Reading = @Sendable (Record, (Span<UInt8>) -> Void) -> Void
  /// Passes the bytes of a record to a closure, which changes them.
  public typealias Writing = @Sendable (Record, (inout MutableSpan<UInt8>) -> Void) -> Void

  /// The statistics of the fields; each statistic has one word.
  public let schema: Schema
  /// The minimum size of a record in bytes.
  public var byteCount: Int { layout.byteCount }
  private let fields: [RecordField<Record>]
  private let layout: RecordLayout
  private let reading: Reading?
  private let writing: Writing?
  private let state = Mutex(State())

  private struct State: Sendable {
    var records = RecordList()
    /// For each record that the pass requests, whether the record was read.
    var isRead: [Bool] = []
  }

  /// Creates a backing without records.
  ///
  /// - Parameters:
  ///   - fields: The fields of each record.
  ///   - reading: Provides the bytes of a record; `nil` if each field has a closure.
  ///   - writing: Provides the bytes of a record so that `clear` can change them; `nil` if the
  ///     bytes must not be changed.
  /// - Precondition: If the value of a field is in the bytes of a record, `reading` is not `nil`.
  public init(
    _ fields: [RecordField<Record>], reading: Reading? = nil, writing: Writing? = nil
  ) {
    layout = RecordLayout(fields)
    precondition(
      layout.byteCount == 0 || reading != nil, "fields in bytes need a `reading` closure")
    self.fields = fields
    self.reading = reading
    self.writing = writing
    schema = Schema(packing: fields.map(\.statistic))
  }

  // MARK: - Records

  /// Adds a record and returns its token.
  ///
  /// - Throws: `tooShort` if the record has fewer bytes than its fields need.
  public func add(_ record: Record) throws(RecordError) -> Int {
    var count: Int?
    reading?(record) { count = $0.count }
    if let count, count < byteCount {
      throw .tooShort(byteCount: count, needed: byteCount)
    }
    let bound = bind(record)
    return state.withLock { $0.records.add(bound) }
  }

  /// Returns the record without its type; the result must not reference the backing, which owns it.
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

  /// Removes a record.
  ///
  /// After this function returns, the group of the record is gone and nobody reads the record.
  ///
  /// The function has no effect if no record has the token.
  public func remove(_ token: Int) {
    // The record is destroyed after the lock was released, because its deinitializer is code of the
    // program.
    _ = state.withLock { $0.records.remove(token) }
  }

  /// Adds a record and attaches a group with its statistics to a source.
  ///
  /// - Returns: The group. The token of the group is the token of the record.
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

  // MARK: - Sampling

  /// Reads the records; all of them get the same window, which is the time of the call.
  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    let begin = monotonicNow()
    state.withLock { state in
      if state.isRead.count < placements.count {
        state.isRead = Array(repeating: false, count: placements.count)
      }
      // The loop uses indices, because an iterator allocates memory for each element in unoptimized
      // builds.
      for index in placements.indices {
        state.isRead[index] = read(placements[index], state.records, into: &snapshot)
      }
      let window = Window(begin: begin, end: monotonicNow())
      for index in placements.indices where state.isRead[index] {
        snapshot.finish(placements[index], window)
      }
    }
  }

  /// Reads one record.
  ///
  /// - Returns: `true` if the whole record was read.
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
      // It is possible that the record has become shorter since it was added.
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
  /// - Returns: `notPermitted` for a level and for a field that cannot be cleared; `failed` with
  ///   `ENOENT` if the record was removed.
  public func clear(_ token: Int, _ statistic: Statistic) -> Clearing {
    guard statistic.isCount, let index = schema.statistics.firstIndex(of: statistic) else {
      return .notPermitted
    }
    return state.withLock { $0.records.record(token)?.clear(index) ?? .failed(code: ENOENT) }
  }
}

/// Returns the time of CLOCK_MONOTONIC in nanoseconds.
///
/// On Linux, Swift's `SuspendingClock` is CLOCK_MONOTONIC.
private func monotonicNow() -> UInt64 {
  let time = SuspendingClock().systemEpoch.duration(to: .now)
  return UInt64(time.components.seconds) * 1_000_000_000
    + UInt64(time.components.attoseconds / 1_000_000_000)
}
