public import LinuxSystem

/// The result of reading an entry.
public enum XenReading<Entry: XenTableEntry>: Hashable, Sendable {
  /// The values, all from one update. The reader made `attempts` attempts.
  case entry(Entry, attempts: Int)
  /// The entry has no values, because no program updates it.
  case inactive
  /// Every attempt coincided with an update.
  ///
  /// If the sequence is odd and does not change later, the writer died during an update, or did not
  /// get a CPU to finish the update. If the sequence is even, updates are faster than the reader.
  case busy(sequence: UInt32, attempts: Int)
  /// The file was truncated below the size of the table. No more values can be read.
  case shrunk

  public var entry: Entry? {
    if case .entry(let entry, _) = self { entry } else { nil }
  }
}

/// Reads a Xen statistics table that another process or the hypervisor writes.
///
/// The reader does not trust the memory, which can contain arbitrary bytes and can change at any
/// time. If the header does not fit the memory, the initializer throws. Later changes of the header
/// have no effect. Readers do not disturb the writer or other readers. Any number of threads can
/// use one reader.
public struct XenTableReader<Entry: XenTableEntry>: ~Copyable, Sendable {
  /// The header of the table when the reader was created.
  public let header: XenTableHeader
  private let mapping: Mapping

  /// The default number of attempts to read an entry: about 10 microseconds.
  public static var defaultAttempts: Int { 256 }

  /// Creates a reader of mapped memory, such as that of Xen's privcmd.
  ///
  /// If `count` is `nil`, the header determines the number of slots. If the header has no count
  /// either, the reader uses the number of slots that fit into the memory.
  public init(_ mapping: consuming Mapping, count: Int? = nil) throws(XenTableError) {
    header = try XenTableHeader(validating: mapping, kind: Entry.kind, count: count)
    self.mapping = mapping
  }

  /// Creates a reader of a file.
  ///
  /// The reader stays valid if the file is truncated.
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
    // After a truncation, memory beyond the new end reads as zeros, which look like values.
    guard !mapping.isBroken else { return .shrunk }
    switch outcome {
    case .busy(let sequence, let attempts):
      return .busy(sequence: sequence, attempts: attempts)
    case .fields(let fields, let attempts):
      return fields.isActive ? .entry(Entry(fields), attempts: attempts) : .inactive
    }
  }

  /// Returns the sequence of one slot, which changes with each update.
  ///
  /// - Precondition: The table has the slot.
  public func sequence(of index: Int) -> UInt32 {
    mapping.loadAcquiring(UInt32.self, at: header.layout.offset(ofEntry: index))
  }

  /// Whether the memory still has the header with which this reader was created.
  public func isCurrent() -> Bool {
    let current = try? XenTableHeader(validating: mapping, kind: Entry.kind, count: count)
    return current == header && !mapping.isBroken
  }
}
