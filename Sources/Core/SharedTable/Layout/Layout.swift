import CVitals

/// Sizes and offsets of the table's structures, from `vitals_table.h`.
///
/// The properties are computed, so that the compiler inserts constants. A stored property would be
/// loaded from memory at each use.
enum Layout {
  static var alignment: Int { Int(VITALS_ALIGNMENT.rawValue) }
  static var minimumHeaderSize: Int { Int(VITALS_HEADER_MINIMUM.rawValue) }

  /// Fields of the header that change while readers use the table.
  enum Header {
    static var used: Int { Int(VITALS_HEADER_USED) }
    static var generation: Int { Int(VITALS_HEADER_GENERATION) }
    static var instance: Int { Int(VITALS_HEADER_INSTANCE) }
    static var bootID: Int { Int(VITALS_HEADER_BOOT_ID) }
    static var heartbeat: Int { Int(VITALS_HEADER_HEARTBEAT) }
    static var state: Int { Int(VITALS_HEADER_STATE) }
    static var annexSerial: Int { Int(VITALS_HEADER_ANNEX_SERIAL) }
    static var annexSize: Int { Int(VITALS_HEADER_ANNEX_SIZE) }
    static var readers: Int { Int(VITALS_HEADER_READERS) }
  }

  enum Block {
    static var id: Int { Int(VITALS_BLOCK_ID) }
    static var size: Int { Int(VITALS_BLOCK_SIZE) }
    static var kind: Int { Int(VITALS_BLOCK_KIND) }
  }

  enum Source {
    static var status: Int { Int(VITALS_SOURCE_STATUS) }
    static var statusSince: Int { Int(VITALS_SOURCE_STATUS_SINCE) }
  }

  enum Group {
    /// The offset of `name_offset`; a stored property, because it is used only once per group.
    static let name = MemoryLayout<vitals_group>.offset(of: \.name_offset) ?? 0
    static var values: Int { Int(VITALS_GROUP_VALUES) }
    static var start: Int { Int(VITALS_GROUP_START) }
    static var index: Int { Int(VITALS_GROUP_INDEX) }
    static var status: Int { Int(VITALS_GROUP_STATUS) }
    static var statusSince: Int { Int(VITALS_GROUP_STATUS_SINCE) }
    static var demand: Int { Int(VITALS_GROUP_DEMAND) }
  }

  enum Copy {
    static var size: Int { MemoryLayout<vitals_copy>.size }
    static var begin: Int { Int(VITALS_COPY_BEGIN) }
    static var end: Int { Int(VITALS_COPY_END) }
  }

  /// Rounds up to a multiple of the alignment.
  static func roundUp(_ size: Int) -> Int {
    (size + alignment - 1) / alignment * alignment
  }

  /// The first eight bytes of a table as one number in host byte order.
  static var magic: UInt64 {
    var word: UInt64 = 0
    for (index, byte) in VITALS_MAGIC.utf8.enumerated() { word |= UInt64(byte) << (8 * index) }
    return UInt64(littleEndian: word)
  }
}
