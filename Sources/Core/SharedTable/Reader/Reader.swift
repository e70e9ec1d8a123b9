import CVitals
public import LinuxSystem
import Statistics

/// Reads a table that another process publishes or has published.
///
/// The reader does not trust the table: arbitrary contents cause no crash, no hang and no access
/// outside of the table. Samples need no system call. `refresh`, `enable` and `health` sometimes
/// make system calls.
///
/// Only one thread at a time must use a reader.
public final class Reader {
  /// The table's path or name, used in error messages.
  public let file: String
  public let identity: TableIdentity
  /// The sources, parents first.
  public internal(set) var sources: [TableSource] = []
  public internal(set) var groups: [TableGroup] = []
  /// The errors found in the table.
  ///
  /// The reader omits only the faulty parts.
  public internal(set) var errors: [TableError] = []
  /// Increases with each change of `sources` and `groups`.
  public internal(set) var generation: UInt64 = 0

  let descriptor: Descriptor
  let header: vitals_header
  /// The mapped memory, for samples.
  ///
  /// A refresh replaces the view if it maps new memory.
  public internal(set) var view: TableView
  let isSealed: Bool
  /// Whether the publisher's lock on the file is visible; `false` if the file is on FUSE.
  let isOnOwnFileSystem: Bool
  var broker: BrokerConnection?
  /// The table's generation at the last scan; `nil` if blocks changed during the scan.
  var seenGeneration: UInt64?
  var cache = BlockCache()

  /// The maximum size of a table, in bytes.
  ///
  /// Mapping a table takes address space, but no memory.
  public static let maximumByteCount = 1 << 40

  /// Reads the table of an open file.
  ///
  /// - Parameters:
  ///   - descriptor: The file, a memfd or a file on any filesystem.
  ///   - file: The name of the table in messages.
  /// - Throws: `notATable`, `foreignByteOrder`, `invalid`, `untrusted`, or `system`.
  public convenience init(
    of descriptor: consuming Descriptor, file: String
  ) throws(TableError) {
    try self.init(of: descriptor, file: file, broker: nil)
  }

  /// Opens the table at a path.
  public static func open(_ path: String) throws(TableError) -> Reader {
    let descriptor = try systemCall { () throws(SystemError) in try Descriptor.openUntrusted(path) }
    return try Reader(of: descriptor, file: path)
  }

  /// Acquires the table of the publisher that listens at a path.
  ///
  /// - Throws: The errors of `init(of:file:)`, and `refused` or `timedOut`.
  public static func connect(
    to path: String, timeoutMilliseconds: Int = 1_000
  ) throws(TableError) -> Reader {
    let broker = try BrokerConnection(to: path, timeoutMilliseconds: timeoutMilliseconds)
    return try Reader(of: try broker.acquire(), file: path, broker: broker)
  }

  init(
    of descriptor: consuming Descriptor, file: String, broker: BrokerConnection?
  ) throws(TableError) {
    let isSealed = MemoryFile.isSizeSealed(descriptor)
    let isOnTmpfs = (try? descriptor.isInMemory()) ?? false
    guard broker == nil || isOnTmpfs else {
      throw .untrusted(file: file, reason: "its publisher sent a file that is not in memory")
    }
    let status: FileStatus
    let mapping: Mapping
    do throws(SystemError) {
      status = try FileStatus(descriptor)
      guard status.isRegular, status.size >= Layout.minimumHeaderSize else {
        throw SystemError(call: "fstat", object: file, code: 0)
      }
      mapping = try Mapping(
        of: descriptor, byteCount: min(status.size, Self.maximumByteCount), isGuarded: !isSealed)
    } catch {
      if error.code == 0 { throw .notATable(file: file) }
      throw .system(error)
    }
    let header = try Self.header(of: mapping, file: file)
    if !isSealed { try Self.checkTrust(status, header, file: file) }
    identity = TableIdentity(
      instance: mapping.copyBytes(at: Layout.Header.instance, count: 16),
      bootID: mapping.copyBytes(at: Layout.Header.bootID, count: 16),
      pid: header.pid, owner: header.owner, created: header.created_ns,
      createdWall: header.created_wall_ns, revision: header.revision)
    self.file = file
    self.isSealed = isSealed
    isOnOwnFileSystem = !((try? descriptor.isOnFuse()) ?? false)
    self.header = header
    self.broker = broker
    view = TableView(SharedMapping(mapping), onDemand: nil)
    self.descriptor = descriptor
    refresh()
  }

  /// The size of the mapping, in bytes.
  public var mappedByteCount: Int { view.table.mapping.byteCount }

  /// The offset of the end of the table's last block.
  public var usedByteCount: Int {
    Int(clamping: view.table.mapping.loadRelaxed(UInt64.self, at: Layout.Header.used))
  }

  /// Whether the file was truncated below the size of its table.
  public var isBroken: Bool { view.table.mapping.isBroken }
}

extension Reader {
  /// Reads and checks the header.
  ///
  /// Fields that the publisher's revision does not have are zero.
  private static func header(
    of mapping: borrowing Mapping, file: String
  ) throws(TableError) -> vitals_header {
    // Acquiring: orders the load of the magic before the loads of the header.
    guard mapping.loadAcquiring(UInt64.self, at: 0) == Layout.magic else {
      throw .notATable(file: file)
    }
    let first = mapping.copy(vitals_header.self, at: 0, stored: 24)
    guard first.byte_order == VITALS_BYTE_ORDER.rawValue else {
      throw .foreignByteOrder(file: file)
    }
    func check(
      _ field: String, _ value: UInt32, atLeast minimum: vitals_constant
    ) throws(TableError) {
      guard value >= minimum.rawValue, value.isMultiple(of: 8), Int(value) <= mapping.byteCount
      else {
        throw .invalid(
          file: file, field: field, value: UInt64(value),
          rule: "must be a multiple of 8 from \(minimum.rawValue) to the file's length")
      }
    }
    try check("header_size", first.header_size, atLeast: VITALS_HEADER_MINIMUM)
    let header = mapping.copy(vitals_header.self, at: 0, stored: Int(first.header_size))
    try check("schema_size", header.schema_size, atLeast: VITALS_SCHEMA_MINIMUM)
    try check("statistic_size", header.statistic_size, atLeast: VITALS_STATISTIC_MINIMUM)
    try check("source_size", header.source_size, atLeast: VITALS_SOURCE_MINIMUM)
    try check("labels_size", header.labels_size, atLeast: VITALS_LABELS_MINIMUM)
    try check("group_size", header.group_size, atLeast: VITALS_GROUP_MINIMUM)
    try check("copy_size", header.copy_size, atLeast: VITALS_COPY_MINIMUM)
    guard Int(header.block_size) == MemoryLayout<vitals_block>.size else {
      throw .invalid(
        file: file, field: "block_size", value: UInt64(header.block_size), rule: "must be 24")
    }
    guard header.header_size == first.header_size, header.first_block >= header.header_size,
      header.first_block.isMultiple(of: UInt64(Layout.alignment)),
      header.first_block <= mapping.byteCount
    else {
      throw .invalid(
        file: file, field: "first_block", value: header.first_block,
        rule: "must be a multiple of 64 between the header and the end of the file")
    }
    return header
  }

  /// Checks that the file belongs to a trusted user and that other users cannot write the file.
  private static func checkTrust(
    _ status: FileStatus, _ header: vitals_header, file: String
  ) throws(TableError) {
    guard !status.isWritableByOthers else {
      throw .untrusted(file: file, reason: "users other than its owner may write it")
    }
    // Root and the current user are trusted as well: they might have copied the table.
    let owners = [header.owner, 0, currentUser()]
    guard owners.contains(status.owner) else {
      throw .untrusted(
        file: file,
        reason: "it belongs to user \(status.owner) but states user \(header.owner)")
    }
  }
}

extension Mapping {
  /// Copies a structure that has `stored` bytes in the table; missing fields are zero.
  func copy<Structure: BitwiseCopyable>(
    _: Structure.Type, at offset: Int, stored: Int
  ) -> Structure {
    copyBytes(at: offset, count: min(stored, MemoryLayout<Structure>.size) / 8 * 8)
      .structure(at: 0, stored: stored)
  }
}

extension [UInt8] {
  /// Decodes a structure that has `stored` bytes in the array; missing fields are zero.
  ///
  /// - Precondition: The offset is within the array.
  func structure<Structure: BitwiseCopyable>(at offset: Int, stored: Int) -> Structure {
    let size = MemoryLayout<Structure>.size
    let available = Swift.min(stored, size, count - offset)
    let bytes = self[offset..<offset + available] + repeatElement(0, count: size - available)
    return unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: Structure.self) }
  }
}
