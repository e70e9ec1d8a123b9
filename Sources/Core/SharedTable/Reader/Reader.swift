import CVitals
public import LinuxSystem
import Statistics

/// Reads a table that another process publishes, or has published.
///
/// It trusts nothing: a table that anybody wrote is read without a crash, a hang or an access
/// outside of it. A sample needs no system call; `refresh`, `enable` and `health` may.
///
/// One caller at a time.
public final class Reader {
  /// What it is of, for messages.
  public let file: String
  public let identity: TableIdentity
  /// The sources, parents first.
  public internal(set) var sources: [TableSource] = []
  public internal(set) var groups: [TableGroup] = []
  /// What in the table cannot be; the rest was read.
  public internal(set) var flaws: [TableError] = []
  /// Grows with each change of `sources` and `groups`.
  public internal(set) var generation: UInt64 = 0

  let descriptor: Descriptor
  let header: vitals_header
  /// What samples are taken of; another one after each refresh that mapped more.
  public internal(set) var view: TableView
  let isSealed: Bool
  /// Whether the publisher's lock on the file can be seen.
  let isOnOwnFileSystem: Bool
  var broker: BrokerConnection?
  /// The table's generation of the last look at its blocks; nil where that may be mixed.
  var seenGeneration: UInt64?
  var cache = BlockCache()

  /// The longest table that is read; address space, not memory.
  public static let largestByteCount = 1 << 40

  /// Reads the table of an open file.
  ///
  /// - Parameters:
  ///   - descriptor: the file; a memfd or on any filesystem.
  ///   - file: what messages call it.
  /// - Throws: `noTable`, `foreignByteOrder`, `flawed`, `untrusted`, or `system`.
  public convenience init(
    of descriptor: consuming Descriptor, file: String
  ) throws(TableError) {
    try self.init(of: descriptor, file: file, broker: nil)
  }

  /// Opens the table of a path.
  public static func open(_ path: String) throws(TableError) -> Reader {
    let descriptor = try systemCall { () throws(SystemError) in try Descriptor.openForeign(path) }
    return try Reader(of: descriptor, file: path)
  }

  /// Acquires the table of the publisher that listens at a path.
  ///
  /// - Throws: also `refused` and `silent`.
  public static func connect(
    to path: String, patienceMilliseconds: Int = 1_000
  ) throws(TableError) -> Reader {
    let broker = try BrokerConnection(to: path, patienceMilliseconds: patienceMilliseconds)
    return try Reader(of: try broker.acquire(), file: path, broker: broker)
  }

  init(
    of descriptor: consuming Descriptor, file: String, broker: BrokerConnection?
  ) throws(TableError) {
    let isSealed = MemoryFile.isSizeSealed(descriptor)
    let isOnTmpfs = (try? descriptor.isInMemory()) ?? false
    guard broker == nil || isOnTmpfs else {
      throw .untrusted(file: file, reason: "its publisher hands out a file that is not in memory")
    }
    let status: FileStatus
    let mapping: Mapping
    do throws(SystemError) {
      status = try FileStatus(descriptor)
      guard status.isRegular, status.size >= Layout.smallestHeader else {
        throw SystemError(call: "fstat", object: file, code: 0)
      }
      mapping = try Mapping(
        of: descriptor, byteCount: min(status.size, Self.largestByteCount), isGuarded: !isSealed)
    } catch {
      if error.code == 0 { throw .noTable(file: file) }
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
    view = TableView(SharedMapping(mapping), annex: nil)
    self.descriptor = descriptor
    refresh()
  }

  /// The memory that is mapped, in bytes.
  public var mappedByteCount: Int { view.table.mapping.byteCount }

  /// The end of the table's last block.
  public var usedByteCount: Int {
    Int(clamping: view.table.mapping.loadRelaxed(UInt64.self, at: Layout.Header.used))
  }

  /// Whether the file got shorter than its table.
  public var isBroken: Bool { view.table.mapping.isBroken }
}

extension Reader {
  /// The header, checked: what the publisher does not have is zero.
  private static func header(
    of mapping: borrowing Mapping, file: String
  ) throws(TableError) -> vitals_header {
    // Acquiring: the magic before what it announces.
    guard mapping.loadAcquiring(UInt64.self, at: 0) == Layout.magic else {
      throw .noTable(file: file)
    }
    let first = mapping.copy(vitals_header.self, at: 0, stored: 24)
    guard first.byte_order == VITALS_BYTE_ORDER.rawValue else {
      throw .foreignByteOrder(file: file)
    }
    func check(
      _ field: String, _ value: UInt32, atLeast least: vitals_constant
    ) throws(TableError) {
      guard value >= least.rawValue, value.isMultiple(of: 8), Int(value) <= mapping.byteCount else {
        throw .flawed(
          file: file, field: field, value: UInt64(value),
          rule: "it is a multiple of 8 from \(least.rawValue) to the file's length")
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
      throw .flawed(
        file: file, field: "block_size", value: UInt64(header.block_size), rule: "it is 24")
    }
    guard header.header_size == first.header_size, header.first_block >= header.header_size,
      header.first_block.isMultiple(of: UInt64(Layout.alignment)),
      header.first_block <= mapping.byteCount
    else {
      throw .flawed(
        file: file, field: "first_block", value: header.first_block,
        rule: "it is a multiple of 64 behind the header and within the file")
    }
    return header
  }

  /// Whether the file is of whom it says, and nobody else can change it.
  private static func checkTrust(
    _ status: FileStatus, _ header: vitals_header, file: String
  ) throws(TableError) {
    guard !status.isWritableByOthers else {
      throw .untrusted(file: file, reason: "others than its owner may write it")
    }
    // A copy that the superuser or the reader himself made is as good.
    let owners = [header.owner, 0, currentUser()]
    guard owners.contains(status.owner) else {
      throw .untrusted(
        file: file,
        reason: "it is of user \(status.owner) and says that it is of user \(header.owner)")
    }
  }
}

extension Mapping {
  /// A structure of which `stored` bytes are there; what is not there is zero.
  func copy<Structure: BitwiseCopyable>(
    _: Structure.Type, at offset: Int, stored: Int
  ) -> Structure {
    copyBytes(at: offset, count: min(stored, MemoryLayout<Structure>.size) / 8 * 8)
      .structure(at: 0, stored: stored)
  }
}

extension [UInt8] {
  /// A structure of plain numbers of which `stored` bytes are there; what is not there is zero.
  ///
  /// - Precondition: the offset is within the array.
  func structure<Structure: BitwiseCopyable>(at offset: Int, stored: Int) -> Structure {
    let size = MemoryLayout<Structure>.size
    let there = Swift.min(stored, size, count - offset)
    let bytes = self[offset..<offset + there] + repeatElement(0, count: size - there)
    return unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: Structure.self) }
  }
}
