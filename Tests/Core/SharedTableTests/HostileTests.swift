import CVitals
import Glibc
import LinuxSystem
import Statistics
import TestSupport
import Testing

@testable import SharedTable

/// Tables and files that were crafted to harm their readers.
struct HostileTests {
  /// A field of the header with a value that makes the whole table unreadable.
  struct HeaderCase: CustomTestStringConvertible, Sendable {
    let field: String
    let offset: Int
    let value: UInt64
    var size = 4

    var testDescription: String { "\(field) = \(value)" }

    static let all =
      [
        ("header_size", 16), ("schema_size", 24), ("statistic_size", 28), ("source_size", 32),
        ("labels_size", 36), ("group_size", 40), ("copy_size", 44),
      ].flatMap { field, offset in
        [0, 8, 1 << 31, UInt64(UInt32.max), 177].map { value in
          HeaderCase(field: field, offset: offset, value: value)
        }
      }
      + [0, 16, 32, UInt64(UInt32.max)].map {
        HeaderCase(field: "block_size", offset: 20, value: $0)
      }
      + [0, 8, 176, 193, 1 << 40, .max, 1 << 63].map {
        HeaderCase(field: "first_block", offset: 48, value: $0, size: 8)
      }
  }

  @Test(
    "A table with an invalid header is rejected", arguments: HeaderCase.all)
  func invalidHeader(damage: HeaderCase) throws {
    var image = try DamagedTable.whole()
    image.set(damage.value, at: damage.offset, damage.size)
    let error = try #require(throws: TableError.self) { try image.reader() }
    #expect(error.invalidField?.field == damage.field && error.invalidField?.value == damage.value)
    #expect(error.description.contains("'damaged': \(damage.field) is \(damage.value)"))
  }

  /// A field of a block with a value that makes the block, or a block that refers to it, invalid.
  struct BlockCase: CustomTestStringConvertible, Sendable {
    let kind: vitals_block_kind
    var index = 0
    let field: String
    let offset: Int
    let value: UInt64
    var size = 4
    /// The field that the error names, if it is a different one.
    var reported: String?

    var testDescription: String { "\(field) of block kind \(kind.rawValue) = \(value)" }

    private static let texts: [(vitals_block_kind, String, Int)] = [
      (VITALS_SOURCE, "name_offset", 60), (VITALS_GROUP, "name_offset", 68),
      (VITALS_SOURCE, "keys_offset", 64), (VITALS_LABELS, "labels_offset", 32),
    ]

    static let all: [BlockCase] =
      texts.flatMap { kind, field, offset in
        [0, 23, 100_000, UInt64(UInt32.max)].map { value in
          BlockCase(kind: kind, field: field, offset: offset, value: value)
        }
      } + [
        BlockCase(kind: VITALS_SOURCE, field: "keys_count", offset: 68, value: UInt64(UInt32.max)),
        BlockCase(kind: VITALS_LABELS, field: "labels_count", offset: 36, value: 1 << 31),
        BlockCase(
          kind: VITALS_SCHEMA, field: "kvm_offset", offset: 24, value: 0, reported: "kvm_size"),
        BlockCase(
          kind: VITALS_SCHEMA, field: "kvm_offset", offset: 24, value: UInt64(UInt32.max),
          reported: "kvm_size"),
        BlockCase(
          kind: VITALS_SCHEMA, field: "kvm_size", offset: 28, value: UInt64(UInt32.max)),
        BlockCase(
          kind: VITALS_SCHEMA, field: "kvm_size", offset: 28, value: 8, reported: "kvm_offset"),
        BlockCase(kind: VITALS_SCHEMA, field: "statistic_count", offset: 32, value: 7),
        BlockCase(
          kind: VITALS_SCHEMA, field: "statistic_count", offset: 32, value: UInt64(UInt32.max)),
        BlockCase(
          kind: VITALS_SCHEMA, field: "statistics_offset", offset: 36, value: UInt64(UInt32.max)),
        BlockCase(kind: VITALS_SCHEMA, field: "statistics_offset", offset: 36, value: 0),
        BlockCase(kind: VITALS_SCHEMA, field: "word_count", offset: 40, value: 3),
        BlockCase(
          kind: VITALS_GROUP, field: "schema", offset: 32, value: 99, size: 8),
        BlockCase(kind: VITALS_GROUP, field: "values", offset: 40, value: 1 << 40, size: 8),
        BlockCase(kind: VITALS_GROUP, field: "values", offset: 40, value: 12, size: 8),
        BlockCase(kind: VITALS_GROUP, field: "values", offset: 40, value: .max - 7, size: 8),
        BlockCase(
          kind: VITALS_GROUP, index: 1, field: "stride", offset: 48, value: 1 << 62, size: 8),
        BlockCase(kind: VITALS_GROUP, index: 1, field: "stride", offset: 48, value: 8, size: 8),
        BlockCase(kind: VITALS_GROUP, index: 1, field: "stride", offset: 48, value: 65, size: 8),
        BlockCase(kind: VITALS_GROUP, index: 1, field: "copies", offset: 56, value: 0),
        BlockCase(kind: VITALS_GROUP, index: 1, field: "copies", offset: 56, value: 3),
        BlockCase(kind: VITALS_GROUP, index: 1, field: "copies", offset: 56, value: 1 << 31),
        BlockCase(kind: VITALS_GROUP, field: "word_count", offset: 60, value: 2),
        BlockCase(kind: VITALS_SOURCE, field: "size", offset: 8, value: 0, size: 8),
        BlockCase(kind: VITALS_SOURCE, field: "size", offset: 8, value: 63, size: 8),
        BlockCase(kind: VITALS_SOURCE, field: "size", offset: 8, value: 1 << 63, size: 8),
        BlockCase(
          kind: VITALS_SOURCE, field: "size", offset: 8, value: 64, size: 8, reported: "size"),
        BlockCase(kind: VITALS_SOURCE, field: "parent", offset: 24, value: 1234, size: 8),
      ]
  }

  @Test(
    "An invalid block is reported and all other blocks are read", arguments: BlockCase.all)
  func invalidBlock(damage: BlockCase) throws {
    var image = try DamagedTable.whole()
    let block = image.block(damage.kind, damage.index)
    image.set(damage.value, at: block + damage.offset, damage.size)
    let reader = try image.reader()
    let error = try #require(reader.errors.first)
    let invalid = try #require(error.invalidField)
    let field = damage.reported ?? damage.field
    #expect(invalid.field.hasPrefix("\(field) of the "), "\(error)")
    if damage.reported == nil { #expect(invalid.value == damage.value, "\(error)") }
    #expect(error.description.hasPrefix("'damaged': "))
    if damage.kind == VITALS_LABELS {
      #expect(reader.sources.allSatisfy { $0.labels.isEmpty } && reader.groups.count == 3)
    } else {
      #expect(reader.sources.count + reader.groups.count < 5)
    }
    for group in reader.groups { _ = reader.words(of: group) }
  }

  @Test("A source that is its own ancestor is skipped")
  func cyclicParents() throws {
    var image = try DamagedTable.whole()
    let shop = image.block(VITALS_SOURCE, 0)
    let worker = image.block(VITALS_SOURCE, 1)
    image.set(image.number(at: worker, 8), at: shop + 24, 8)
    let cycle = try image.reader()
    #expect(cycle.sources.isEmpty && cycle.groups.isEmpty && cycle.errors.count == 2)
    image.set(image.number(at: shop, 8), at: shop + 24, 8)
    let ownParent = try image.reader()
    #expect(ownParent.sources.isEmpty && ownParent.errors.count == 2)
  }

  @Test("A source with a duplicate id is listed once")
  func duplicateID() throws {
    var image = try DamagedTable.whole()
    let (shop, worker) = (image.block(VITALS_SOURCE, 0), image.block(VITALS_SOURCE, 1))
    let id = image.number(at: shop, 8)
    // The source is its own parent and also at the top.
    image.set(id, at: worker, 8)
    image.set(id, at: worker + 24, 8)
    #expect(try image.reader().sources.count <= 1)
    image.set(0, at: worker + 24, 8)
    image.set(id, at: shop + 24, 8)
    #expect(try image.reader().sources.count <= 1)
  }

  @Test("Sources with the same name get unique paths")
  func duplicateNames() throws {
    let publisher = try Tables.publisher()
    for name in ["x~3", "x", "y"] { try publisher.addSource(name) }
    var image = DamagedTable(
      try publisher.descriptorForReader().bytes(
        count: publisher.memoryUse.tableByteCount, at: 0))
    let last = image.block(VITALS_SOURCE, 2)
    image.set(UInt64(UInt8(ascii: "x")), at: last + 72, 1)
    let reader = try image.reader()
    // The third source has id 3: `x` and `x~3` are in use.
    #expect(reader.sources.map(\.path) == ["x~3", "x", "x~3~3"])
    #expect(reader.errors.map { $0.invalidField?.value } == [3])
    #expect(reader.errors.first?.description.contains("shown as 'x~3~3'") == true)
  }

  @Test("A file with another byte order, magic or length is rejected")
  func foreignFile() throws {
    var image = try DamagedTable.whole()
    let whole = image
    image.set(0x0403_0201, at: 8, 4)
    #expect(throws: TableError.foreignByteOrder(file: "damaged")) { try image.reader() }
    image = whole
    image.bytes[7] = 2
    #expect(throws: TableError.notATable(file: "damaged")) { try image.reader() }
    image = whole
    image.bytes.removeSubrange(159...)
    #expect(throws: TableError.notATable(file: "damaged")) { try image.reader() }
    image.bytes = []
    #expect(throws: TableError.notATable(file: "damaged")) { try image.reader() }
  }

  @Test(
    "An end beyond the file is reported", arguments: [UInt64(1) << 20, 1 << 40, 1 << 63, .max])
  func endBeyondFile(used: UInt64) throws {
    var image = try DamagedTable.whole()
    image.set(used, at: 56, 8)
    let reader = try image.reader()
    #expect(
      reader.errors.contains { $0.invalidField?.field == "used" && $0.invalidField?.value == used })
    #expect(reader.groups.count == 3, "existing blocks are read")
  }

  @Test("An end within a block is reported, an end before the first block is not")
  func endWithinBlock() throws {
    var image = try DamagedTable.whole()
    image.set(UInt64(image.block(VITALS_SOURCE, 1) + 64), at: 56, 8)
    #expect(try image.reader().errors.count == 1)
    image.set(0, at: 56, 8)
    let empty = try image.reader()
    #expect(empty.sources.isEmpty && empty.errors.isEmpty)
  }

  @Test("The paths of nested sources are limited in length")
  func longPaths() throws {
    var bytes = try DamagedTable.whole().bytes
    bytes.removeSubrange(192...)
    let count = 20_000
    for number in 1...count {
      var block = [UInt8](repeating: 0, count: 128)
      func put(_ value: UInt64, at offset: Int) {
        for index in 0..<8 {
          block[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
        }
      }
      put(UInt64(number), at: 0)
      put(128, at: 8)
      put(UInt64(VITALS_SOURCE.rawValue), at: 16)
      put(UInt64(number - 1), at: 24)
      put(72 << 32 | 0xffff_ffff, at: 56)
      for index in 72..<120 { block[index] = UInt8(ascii: "n") }
      bytes += block
    }
    var image = DamagedTable(bytes)
    image.set(UInt64(bytes.count), at: 56, 8)
    let reader = try image.reader()
    #expect(reader.sources.count == 83)
    #expect(reader.sources.allSatisfy { $0.path.utf8.count <= Publication.maximumPathByteCount })
    #expect(reader.errors.count == count - reader.sources.count)
    let publisher = try Tables.publisher()
    var parent: PublishedSource?
    #expect(throws: TableError.self) {
      for _ in 0..<100 {
        parent = try publisher.addSource(String(repeating: "n", count: 48), below: parent)
      }
    }
    #expect(try Reader(of: publisher).sources.count == 83)
  }

  @Test("A schema that shares a text too often is rejected")
  func sharedText() throws {
    let states = (0..<2_000).map { "state\($0)" }
    let schema = Schema(
      packing: (0..<400).map { Statistic("s\($0)", .state, states: $0 == 0 ? states : []) })
    let publisher = try Tables.publisher()
    _ = try publisher.addRecord("wide", schema: schema, to: try publisher.addSource("worker"))
    var image = DamagedTable(
      try publisher.descriptorForReader().bytes(
        count: publisher.memoryUse.tableByteCount, at: 0))
    let block = image.block(VITALS_SCHEMA)
    let first = block + Int(image.number(at: block + 36, 4))
    let (offset, count) = (image.number(at: first + 16, 4), image.number(at: first + 20, 4))
    for index in 0..<400 {
      image.set(offset, at: first + index * 32 + 16, 4)
      image.set(count, at: first + index * 32 + 20, 4)
    }
    let reader = try image.reader()
    #expect(reader.groups.isEmpty)
    #expect(
      reader.errors.contains { $0.invalidField?.field.hasPrefix("statistics_offset") == true })
  }

  @Test(
    "A sparse file is read without allocating memory",
    arguments: [VITALS_SCHEMA, VITALS_SOURCE, VITALS_LABELS, VITALS_GROUP])
  func sparseFile(
    kind: vitals_block_kind
  ) throws {
    var image = try DamagedTable.whole()
    let directory = try MemoryDirectory()
    let end = image.bytes.count
    let huge = UInt64(1) << 39
    image.bytes += [UInt8](repeating: 0, count: 64)
    image.set(77, at: end, 8)
    image.set(huge, at: end + 8, 8)
    image.set(UInt64(kind.rawValue), at: end + 16, 4)
    image.set(UInt64(end) + huge, at: 56, 8)
    let path = try directory.write(image.bytes, to: "sparse.table")
    try Descriptor.open(path, for: .readWrite).resize(to: Int(end) + Int(huge))
    let reader = try Reader.open(path)
    #expect(reader.errors.count == 1 && reader.groups.count == 3)
    #expect(try FileStatus(path).allocatedByteCount < 1 << 20, "reading it allocates no memory")
  }

  @Test("A truncated file yields no values and causes no crash")
  func truncatedFile() throws {
    let directory = try MemoryDirectory()
    var bytes = try DamagedTable.whole().bytes
    let used = bytes.count
    bytes += [UInt8](repeating: 0, count: 1 << 16)
    for length in [0, 100, 4096, used - 64] {
      let path = try directory.write(bytes, to: "short.table")
      let reader = try Reader.open(path)
      let groups = reader.groups.filter { !$0.isOnDemand }
      #expect(groups.count == 2)
      try Descriptor.open(path, for: .readWrite).resize(to: length)
      let samples = groups.map { reader.words(of: $0).sample }
      // The rest of the last page reads as zeros, without SIGBUS.
      switch length {
      case 0: #expect(samples == [.broken, .broken] && reader.isBroken)
      case 100: #expect(samples == [.removed, .removed])
      default: #expect(samples.count == 2)
      }
      reader.refresh()
      _ = reader.health()
      try Descriptor.open(path, for: .readWrite).resize(to: used)
      reader.refresh()
      for group in groups { _ = reader.words(of: group) }
      removeFile(path)
    }
  }

  @Test("A path that is not a table file is rejected")
  func notATableFile() throws {
    let directory = try MemoryDirectory()
    let bytes = try DamagedTable.whole().bytes
    let whole = try directory.write(bytes, to: "whole")
    let empty = try directory.write([], to: "empty")
    #expect(throws: TableError.notATable(file: empty)) { try Reader.open(empty) }
    #expect(throws: TableError.notATable(file: directory.path)) { try Reader.open(directory.path) }
    let fifo = "\(directory.path)/fifo"
    let isFIFO = unsafe mkfifo(fifo, 0o644) == 0
    #expect(isFIFO)
    #expect(throws: TableError.notATable(file: fifo)) { try Reader.open(fifo) }
    let link = "\(directory.path)/link"
    let isLink = unsafe symlink(whole, link) == 0
    #expect(isLink)
    #expect(throws: TableError.system(SystemError(call: "open", object: link, code: ELOOP))) {
      try Reader.open(link)
    }
    let missing = "\(directory.path)/missing"
    #expect(throws: TableError.system(SystemError(call: "open", object: missing, code: ENOENT))) {
      try Reader.open(missing)
    }
    #expect(throws: TableError.notATable(file: "/dev/null")) { try Reader.open("/dev/null") }
    #expect(throws: TableError.notATable(file: "/proc/self/maps")) {
      try Reader.open("/proc/self/maps")
    }
    #expect(try Reader.open(whole).groups.count == 3)
  }

  @Test("A file that other users may write is not trusted")
  func writableByOthers() throws {
    let directory = try MemoryDirectory()
    let path = try directory.write(try DamagedTable.whole().bytes, to: "open.table")
    for mode in [0o666, 0o664, 0o646] as [UInt32] {
      try setMode(of: path, to: mode)
      #expect(
        throws: TableError.untrusted(file: path, reason: "users other than its owner may write it")
      ) { try Reader.open(path) }
    }
    try setMode(of: path, to: 0o644)
    #expect(throws: Never.self) { try Reader.open(path) }
  }

  @Test(
    "A file that does not belong to the stated owner is not trusted",
    .enabled(if: currentUser() == 0, "only root can give a file away"))
  func foreignOwner() throws {
    let directory = try MemoryDirectory()
    var image = try DamagedTable.whole()
    image.set(1234, at: 132, 4)
    let path = try directory.write(image.bytes, to: "owned.table")
    #expect(throws: Never.self) { try Reader.open(path) }
    try give(path, to: 1234)
    #expect(throws: Never.self) { try Reader.open(path) }
    try give(path, to: 1235)
    #expect(
      throws: TableError.untrusted(
        file: path, reason: "it belongs to user 1235 but states user 1234")
    ) { try Reader.open(path) }
  }

  private func give(_ path: String, to user: UInt32) throws {
    guard unsafe chown(path, user, user) == 0 else {
      throw SystemError(call: "chown", object: path, code: errno)
    }
  }

  @Test("A publisher that sends a file on a disk is not trusted")
  func fileOnDisk() throws {
    let directory = try MemoryDirectory()
    let disk = try MemoryDirectory(below: "/var/tmp")
    let path = try disk.write(try DamagedTable.whole().bytes, to: "on.disk")
    if try Descriptor.open(path).isInMemory() { try Test.cancel("/var/tmp is not on a disk") }
    let socketPath = "\(directory.path)/liar.socket"
    let listener = try UnixSocket.listen(at: socketPath, .messages)
    let thread = try SystemThread(name: "liar") {
      guard let socket = try? listener.accept(),
        (try? socket.receive(limit: 100)) != nil, let file = try? Descriptor.open(path)
      else { return }
      _ = try? socket.send(BrokerMessage(VITALS_ACQUIRE).bytes, descriptors: [file.rawValue])
    }
    #expect(
      throws: TableError.untrusted(
        file: socketPath, reason: "its publisher sent a file that is not in memory")
    ) { try Reader.connect(to: socketPath, timeoutMilliseconds: 30_000) }
    thread.join()
  }
}
