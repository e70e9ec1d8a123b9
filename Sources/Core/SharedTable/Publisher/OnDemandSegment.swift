import CVitals
import LinuxSystem

/// Reserves the address range of the values of all on-demand records.
///
/// A file is mapped into the range only while at least one of these records is enabled. At other
/// times the range is private memory of the process, so that late writes have no effect on readers.
/// The range stays reserved for the lifetime of the publisher, so that the words of a record never
/// move.
final class OnDemandSegment: Sendable {
  let range: Mapping

  init(addressSpace: Int) throws(TableError) {
    range = try systemCall { () throws(SystemError) in try Mapping(reserving: addressSpace) }
  }
}

/// Allocates the memory of an on-demand segment, and creates and frees its file.
///
/// Only one thread at a time must call these methods.
struct OnDemandSegmentState {
  /// The file that is mapped into the range.
  struct File {
    let serial: UInt64
    let writable: SharedDescriptor
    let readerFile: SharedDescriptor
    var byteCount: Int
  }

  let segment: OnDemandSegment
  private(set) var file: File?
  private(set) var used = 0
  private var free: [Int: [Int]] = [:]
  private var lastSerial: UInt64 = 0
  /// The number of enabled records.
  private var enabledCount = 0

  init(_ segment: OnDemandSegment) {
    self.segment = segment
  }

  /// Allocates room for a record and returns its offset.
  mutating func allocate(_ byteCount: Int, name: String) throws(TableError) -> Int {
    if let offset = free[byteCount]?.popLast() { return offset }
    guard byteCount <= segment.range.byteCount - used else {
      throw .full(name: name, byteCount: segment.range.byteCount)
    }
    let offset = used
    used += byteCount
    return offset
  }

  mutating func reclaim(_ offset: Int, _ byteCount: Int) {
    free[byteCount, default: []].append(offset)
  }

  /// Counts an enabled record, and creates or extends the file so that it contains all records.
  ///
  /// - Returns: `true` if this call created the file.
  mutating func addRecord(name: String) throws(TableError) -> Bool {
    enabledCount += 1
    do {
      if let file {
        if file.byteCount < used {
          try systemCall { () throws(SystemError) in try file.writable.descriptor.extend(to: used) }
          self.file?.byteCount = used
        }
        return false
      }
      let byteCount = used
      let made = try systemCall { () throws(SystemError) in
        let file = try MemoryFile(name: "\(name)-annex", byteCount: byteCount)
        let readers = try file.descriptor.reopenedForReading()
        try segment.range.replace(by: file.descriptor)
        try file.sealForReaders()
        return (SharedDescriptor(file.release()), SharedDescriptor(readers))
      }
      lastSerial += 1
      file = File(
        serial: lastSerial, writable: made.0, readerFile: made.1, byteCount: byteCount)
      return true
    } catch {
      enabledCount -= 1
      throw error
    }
  }

  /// Subtracts a disabled record, and frees the file if no record is enabled any more.
  ///
  /// - Returns: `true` if this call freed the file.
  mutating func removeRecord() -> Bool {
    enabledCount -= 1
    guard enabledCount == 0, file != nil else { return false }
    // After an error, the process keeps the memory. No caller could handle the error.
    try? segment.range.release()
    file = nil
    return true
  }
}
