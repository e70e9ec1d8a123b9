import CVitals
import Glibc
import LinuxSystem
import Statistics

@testable import SharedTable

/// The bytes of a small table, which a test damages.
struct DamagedTable: Sendable {
  var bytes: [UInt8]

  /// The offsets of the blocks by kind, in the order of the table.
  let blocks: [UInt32: [Int]]

  /// A table with a block of each kind, written by a publisher.
  static func whole() throws -> DamagedTable {
    let publisher = try Tables.publisher()
    let shop = try publisher.addSource(
      "shop", keys: ["zone": "a"], labels: ["state": "open", "version": "1.2"], owner: 42)
    let worker = try publisher.addSource("worker", below: shop)
    let record = try publisher.addRecord("requests", schema: Tables.schema, to: worker)
    record.counter("served")?.add(77)
    let sums = try publisher.addRecord(
      "sums", schema: Tables.sums, to: worker, consistency: .latched)
    sums.replace([1, 2, 3])
    let spins = try publisher.addRecord("spins", schema: Tables.heavy, to: shop)
    let descriptor = try publisher.descriptorForReader()
    let used = publisher.memoryUse.tableByteCount
    withExtendedLifetime((record, sums, spins)) {}
    return DamagedTable(try descriptor.bytes(count: used, at: 0))
  }

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var blocks: [UInt32: [Int]] = [:]
    var offset = 192
    while offset + 24 <= bytes.count {
      let size = Int(Self.number(bytes, at: offset + 8, 8))
      guard size > 0 else { break }
      blocks[UInt32(Self.number(bytes, at: offset + 16, 4)), default: []].append(offset)
      offset += size
    }
    self.blocks = blocks
  }

  /// The offset of a block of a kind.
  func block(_ kind: vitals_block_kind, _ index: Int = 0) -> Int {
    blocks[kind.rawValue]?[index] ?? 0
  }

  func number(at offset: Int, _ size: Int) -> UInt64 { Self.number(bytes, at: offset, size) }

  mutating func set(_ value: UInt64, at offset: Int, _ size: Int) {
    for index in 0..<size where offset + index < bytes.count {
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
    }
  }

  /// A reader of a sealed file with these bytes.
  func reader() throws -> Reader {
    let file = try MemoryFile(name: "damaged", contents: bytes)
    try file.sealSize()
    return try Reader(of: file.release(), file: "damaged")
  }

  private static func number(_ bytes: [UInt8], at offset: Int, _ size: Int) -> UInt64 {
    bytes[offset..<offset + size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

extension TableError {
  /// The invalid field and its value.
  var invalidField: (field: String, value: UInt64)? {
    if case .invalid(_, let field, let value, _) = self { (field, value) } else { nil }
  }
}
