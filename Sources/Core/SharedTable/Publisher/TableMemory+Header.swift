import CVitals
import LinuxSystem

extension TableMemory {
  /// Writes the header of an empty table.
  ///
  /// Writes the magic last.
  func writeHeader(_ publication: Publication) throws(TableError) {
    let path = "\(publication.proc)/sys/kernel/random/boot_id"
    let bootID = try systemCall { () throws(SystemError) in try readText(path, limit: 64) }
    let instance = try systemCall { () throws(SystemError) in try randomBytes(16) }
    var header = vitals_header()
    header.byte_order = VITALS_BYTE_ORDER.rawValue
    header.revision = VITALS_REVISION.rawValue
    header.header_size = UInt32(MemoryLayout<vitals_header>.size)
    header.block_size = UInt32(MemoryLayout<vitals_block>.size)
    header.schema_size = UInt32(MemoryLayout<vitals_schema>.size)
    header.statistic_size = UInt32(MemoryLayout<vitals_statistic>.size)
    header.source_size = UInt32(MemoryLayout<vitals_source>.size)
    header.labels_size = UInt32(MemoryLayout<vitals_labels>.size)
    header.group_size = UInt32(MemoryLayout<vitals_group>.size)
    header.copy_size = UInt32(MemoryLayout<vitals_copy>.size)
    let first = Layout.roundUp(MemoryLayout<vitals_header>.size)
    header.first_block = UInt64(first)
    header.used = UInt64(first)
    header.created_ns = monotonicNanoseconds()
    header.heartbeat_ns = header.created_ns
    let hasBroker = publication.name != nil
    header.heartbeat_interval_ns = hasBroker ? publication.heartbeatIntervalNanoseconds : 0
    header.pid = UInt32(bitPattern: currentProcess())
    header.owner = currentUser()
    header.state = VITALS_LIVE.rawValue
    header.created_wall_ns = realtimeNanoseconds()
    mapping.store(header, at: 0)
    mapping.store(bytes: instance, at: Layout.Header.instance)
    mapping.store(bytes: Self.bytes(ofUUID: bootID), at: Layout.Header.bootID)
    // Releasing: orders the stores to the header before the store of the magic.
    mapping.storeReleasing(Layout.magic, at: 0)
  }

  /// Converts the text of a UUID to its 16 bytes.
  static func bytes(ofUUID text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue).prefix(32)
    return stride(from: 0, to: digits.count - 1, by: 2).map { index in
      UInt8(digits[index] << 4 | digits[index + 1])
    }
  }
}
