public import LinuxSystem

/// The outcome of reading an entry.
public enum XenReading<Entry: XenTableEntry>: Hashable, Sendable {
  /// All values are from one update; reading took `attempts` attempts.
  case entry(Entry, attempts: Int)
  /// The entry has no values: nothing writes it.
  case inactive
  /// Every attempt coincided with an update.
  ///
  /// An odd sequence that does not change means that the writer died during an update or has not
  /// run since. An even one means that updates are faster than the reader.
  case busy(sequence: UInt32, attempts: Int)
  /// The file was truncated below the size of the table; no more values can be read.
  case shrunk

  public var entry: Entry? {
    if case .entry(let entry, _) = self { entry } else { nil }
  }
}

/// Reads a Xen statistics table that another process or the hypervisor writes.
///
/// The memory may contain arbitrary bytes and may change at any time. A header that does not fit
/// the memory is an error; later changes of the header have no effect. Readers do not disturb the
/// writer or each other; any number of threads may use one reader.
public struct XenTableReader<Entry: XenTableEntry>: ~Copyable, Sendable {
  /// The header at the creation of the reader.
  public let header: XenTableHeader
  private let mapping: Mapping

  /// The default number of attempts to read an entry: about 10 microseconds.
  public static var defaultAttempts: Int { 256 }

  /// Creates a reader of mapped memory, such as that of Xen's privcmd.
  ///
  /// Without `count`, the number of slots is that of the table, otherwise as many as fit.
  public init(_ mapping: consuming Mapping, count: Int? = nil) throws(XenTableError) {
    header = try XenTableHeader(validating: mapping, kind: Entry.kind, count: count)
    self.mapping = mapping
  }

  /// Creates a reader of a file, which may be truncated at any time.
  public init(
    sharing descriptor: borrowing Descriptor, count: Int? = nil
  ) throws(XenTableError) {
    try self.init(try Mapping(sharing: descriptor), count: count)
  }

  public var count: Int { header.layout.count }

  /// Reads the values of one slot without waiting.
  ///
  /// - Precondition: The table has the slot.
  public func read(_ index: Int, attempts: Int = defaultAttempts) -> XenReading<Entry> {
    let outcome = header.slot(index).read(from: mapping, attempts: attempts)
    // Memory beyond the new end reads as zeros, which look like values.
    guard !mapping.isBroken else { return .shrunk }
    switch outcome {
    case .busy(let sequence, let attempts):
      return .busy(sequence: sequence, attempts: attempts)
    case .fields(let fields, let attempts):
      return fields.isActive ? .entry(Entry(fields), attempts: attempts) : .inactive
    }
  }

  /// The sequence of one slot, which changes with each update.
  ///
  /// - Precondition: The table has the slot.
  public func sequence(of index: Int) -> UInt32 {
    mapping.loadAcquiring(UInt32.self, at: header.layout.offset(ofEntry: index))
  }

  /// Whether the header is still that of the table for which this reader was created.
  public func isCurrent() -> Bool {
    let current = try? XenTableHeader(validating: mapping, kind: Entry.kind, count: count)
    return current == header && !mapping.isBroken
  }
}
