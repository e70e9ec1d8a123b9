import LinuxSystem

@testable import XenTable

/// A file in memory of fixed length, which writers and readers map as separate processes would.
struct MappedXenTable: ~Copyable {
  let file: MemoryFile
  let byteCount: Int

  init(byteCount: Int, name: String = "xen-table") throws {
    try self.init(bytes: [UInt8](repeating: 0, count: byteCount), name: name)
  }

  init(bytes: [UInt8], name: String = "xen-table") throws {
    let file = try MemoryFile(name: name, contents: bytes)
    try file.sealSize()
    self.file = file
    byteCount = bytes.count
  }

  func map() throws -> Mapping {
    try Mapping(of: file.descriptor, byteCount: byteCount, for: .readWrite)
  }

  /// Announces a table without values.
  func writer(
    _ layout: XenTableLayout, mark: XenTableMark? = .example
  ) throws -> XenTableWriter<XenVCPUEntry> {
    try XenTableWriter(map(), layout: layout, mark: mark)
  }

  func domainWriter(_ layout: XenTableLayout) throws -> XenTableWriter<XenDomainEntry> {
    try XenTableWriter(map(), layout: layout, mark: .example)
  }

  func reader(count: Int? = nil) throws -> XenTableReader<XenVCPUEntry> {
    try XenTableReader(sharing: file.descriptor, count: count)
  }

  func domainReader() throws -> XenTableReader<XenDomainEntry> {
    try XenTableReader(sharing: file.descriptor)
  }

  func bytes() throws -> [UInt8] {
    try file.descriptor.bytes(count: byteCount, at: 0)
  }
}

extension XenTableMark {
  static let example = XenTableMark(domain: 7, generation: 3, created: 1_000)
}

extension XenVCPUEntry {
  /// An entry after `number` turns through all states; its times add up.
  static func example(
    _ number: UInt64, state: XenRunState = .running, start: UInt64 = 1_000
  ) -> XenVCPUEntry {
    let times = XenRunTimes(
      running: .value(number), runnable: .value(2 * number), blocked: .value(3 * number),
      offline: .value(4 * number))
    let end = start + 10 * number
    return XenVCPUEntry(
      times: times, stateEntryTime: .value(end), sampleTime: .value(end), state: state,
      startTime: .value(start), generation: .value(1))
  }
}

/// Returns the error of a call.
func error(_ body: () throws -> Void) -> XenTableError? {
  do {
    try body()
    return nil
  } catch {
    return error as? XenTableError
  }
}
