import CVitals
import Statistics

/// Builds the bytes of a block; all offsets are relative to the start of the block.
struct BlockBytes {
  private(set) var bytes: [UInt8]

  /// Reserves the first `count` bytes for the block's structure, which the caller stores last.
  init(reserving count: Int) {
    bytes = Array(repeating: 0, count: count)
  }

  var count: Int { bytes.count }

  /// Stores a structure of plain numbers at an offset.
  mutating func set<Structure: BitwiseCopyable>(_ structure: Structure, at offset: Int) {
    unsafe bytes.withUnsafeMutableBytes { buffer in
      precondition(offset + MemoryLayout<Structure>.size <= buffer.count, "beyond the block")
      unsafe buffer.storeBytes(of: structure, toByteOffset: offset, as: Structure.self)
    }
  }

  /// Appends bytes and returns their offset.
  mutating func append(_ more: [UInt8]) -> Int {
    defer { bytes += more }
    return bytes.count
  }

  /// Appends a text, cut at its first NUL, with a terminating NUL; returns the offset of the text.
  mutating func append(_ text: String) -> Int {
    append(Array(text.utf8.prefix { $0 != 0 }) + [0])
  }

  /// Appends pairs of key and value, sorted by key; returns the offset of the first pair.
  mutating func append(_ pairs: [String: String]) -> Int {
    let start = bytes.count
    for (key, value) in pairs.sorted(by: { $0.key < $1.key }) {
      _ = append(key)
      _ = append(value)
    }
    return start
  }

  /// Appends zeros up to a multiple of the alignment.
  mutating func align() {
    bytes += repeatElement(0, count: Layout.roundUp(bytes.count) - bytes.count)
  }

  /// The bytes after the id and the size of the block.
  var contents: ArraySlice<UInt8> { bytes.dropFirst(16) }
}

extension BlockBytes {
  /// Builds the block of a schema.
  static func schema(_ schema: Schema, id: String) throws(TableError) -> BlockBytes {
    let file: [UInt8]
    do throws(KVMFormatError) {
      file = try schema.kvmFile(id: id).bytes
    } catch {
      throw .inexpressible(error.description)
    }
    var block = BlockBytes(reserving: MemoryLayout<vitals_schema>.size)
    var head = vitals_schema()
    head.block.kind = VITALS_SCHEMA.rawValue
    head.kvm_offset = UInt32(block.append(file))
    head.kvm_size = UInt32(file.count)
    head.statistic_count = UInt32(schema.statistics.count)
    head.word_count = UInt32(schema.wordCount)
    let stride = MemoryLayout<vitals_statistic>.stride
    let statistics = block.append([UInt8](repeating: 0, count: stride * schema.statistics.count))
    head.statistics_offset = UInt32(statistics)
    for (index, statistic) in schema.statistics.enumerated() {
      var facts = vitals_statistic()
      facts.flags = statistic.tableFlags
      facts.kind = statistic.kind.tableNumber
      if !statistic.meaning.isEmpty {
        facts.meaning_offset = UInt32(block.append(statistic.meaning))
      }
      facts.states_offset = UInt32(block.count)
      facts.states_count = UInt32(statistic.states.count)
      for state in statistic.states { _ = block.append(state) }
      block.set(facts, at: statistics + index * stride)
    }
    block.align()
    block.set(head, at: 0)
    return block
  }
}
