import CVitals

/// Sizes and places of the table's structures, as `vitals_table.h` has them.
enum Layout {
  static let alignment = Int(VITALS_ALIGNMENT.rawValue)
  static let smallestHeader = Int(VITALS_HEADER_MINIMUM.rawValue)
  static let magic: UInt64 = magicWord()

  /// Fields of the header that change while readers look.
  enum Header {
    static let used = place(\vitals_header.used)
    static let generation = place(\vitals_header.generation)
    static let instance = place(\vitals_header.instance)
    static let bootID = place(\vitals_header.boot_id)
    static let heartbeat = place(\vitals_header.heartbeat_ns)
    static let state = place(\vitals_header.state)
    static let annexSerial = place(\vitals_header.annex_serial)
    static let annexSize = place(\vitals_header.annex_size)
    static let readers = place(\vitals_header.readers)
  }

  enum Block {
    static let id = place(\vitals_block.id)
    static let size = place(\vitals_block.size)
    static let kind = place(\vitals_block.kind)
  }

  enum Source {
    static let status = place(\vitals_source.status)
    static let statusSince = place(\vitals_source.status_since_ns)
  }

  enum Group {
    static let values = place(\vitals_group.values)
    static let start = place(\vitals_group.start_ns)
    static let index = place(\vitals_group.index)
    static let status = place(\vitals_group.status)
    static let statusSince = place(\vitals_group.status_since_ns)
    static let demand = place(\vitals_group.demand)
  }

  enum Copy {
    static let size = MemoryLayout<vitals_copy>.size
    static let begin = place(\vitals_copy.begin_ns)
    static let end = place(\vitals_copy.end_ns)
  }

  /// The next multiple of the alignment.
  static func roundUp(_ size: Int) -> Int {
    (size + alignment - 1) / alignment * alignment
  }

  private static func place<Structure, Value>(_ field: KeyPath<Structure, Value>) -> Int {
    guard let offset = MemoryLayout<Structure>.offset(of: field) else {
      preconditionFailure("\(Structure.self) has a computed field")
    }
    return offset
  }

  /// The first eight bytes of a table as one number of this system.
  private static func magicWord() -> UInt64 {
    var word: UInt64 = 0
    for (index, byte) in VITALS_MAGIC.utf8.enumerated() { word |= UInt64(byte) << (8 * index) }
    return UInt64(littleEndian: word)
  }
}
