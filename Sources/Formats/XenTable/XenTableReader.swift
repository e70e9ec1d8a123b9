public import LinuxSystem

/// What one reading of an entry gave.
public enum XenReading<Entry: XenTableEntry>: Hashable, Sendable {
  /// All numbers are from one update; it took so many attempts.
  case entry(Entry, attempts: Int)
  /// The entry has no number now: nothing writes it.
  case inactive
  /// Each of the attempts met an update.
  ///
  /// An odd sequence that stays the same is that of a writer which died in an update, or has not
  /// run since; an even one says that updates come faster than they can be read.
  case busy(sequence: UInt32, attempts: Int)
  /// The file got shorter than the table: there will be no numbers any more.
  case shrunk

  public var entry: Entry? {
    if case .entry(let entry, _) = self { entry } else { nil }
  }
}

/// Reads a Xen statistics table that another process, or the hypervisor, writes.
///
/// The memory may hold any bytes and change at any time: a header that does not fit the memory is
/// refused, and later changes of the header are not followed. Readers do not disturb the writer or
/// each other; any number of threads may use one reader.
public struct XenTableReader<Entry: XenTableEntry>: ~Copyable, Sendable {
  /// As it was when the reader was made.
  public let header: XenTableHeader
  private let mapping: Mapping

  /// The attempts at one entry, unless the caller asks for more: some 10 microseconds.
  public static var defaultAttempts: Int { 256 }

  /// Reads mapped memory, such as that of Xen's privcmd.
  ///
  /// Without `count` the number of slots is the table's own, else as many as there is room for.
  public init(_ mapping: consuming Mapping, count: Int? = nil) throws(XenTableError) {
    header = try XenTableHeader(validating: mapping, kind: Entry.kind, count: count)
    self.mapping = mapping
  }

  /// Maps a file, which may get shorter at any time.
  public init(
    sharing descriptor: borrowing Descriptor, count: Int? = nil
  ) throws(XenTableError) {
    try self.init(try Mapping(sharing: descriptor), count: count)
  }

  public var count: Int { header.layout.count }

  /// The numbers of one slot, or why there are none; it never waits.
  ///
  /// - Precondition: the table has the slot.
  public func read(_ index: Int, attempts: Int = defaultAttempts) -> XenReading<Entry> {
    let outcome = header.slot(index).read(from: mapping, attempts: attempts)
    // Beyond the new end there are zeros, which look like numbers.
    guard !mapping.isBroken else { return .shrunk }
    switch outcome {
    case .busy(let sequence, let attempts):
      return .busy(sequence: sequence, attempts: attempts)
    case .fields(let fields, let attempts):
      return fields.isActive ? .entry(Entry(fields), attempts: attempts) : .inactive
    }
  }

  /// The sequence of one slot, which differs after each update.
  ///
  /// - Precondition: the table has the slot.
  public func sequence(of index: Int) -> UInt32 {
    mapping.loadAcquiring(UInt32.self, at: header.layout.offset(ofEntry: index))
  }

  /// Whether the header is still that of the table this reader was made for.
  public func isCurrent() -> Bool {
    let now = try? XenTableHeader(validating: mapping, kind: Entry.kind, count: count)
    return now == header && !mapping.isBroken
  }
}
