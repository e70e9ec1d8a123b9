import CVitals
import LinuxSystem

/// The memory of records that are kept on demand: a file that is there only while one is watched.
///
/// Its address range stays for the publisher's life, so that the words of such a record never move;
/// while there is no file it is memory of the process's own, where a late write harms nobody.
final class OnDemandSegment: Sendable {
  let range: Mapping

  init(addressSpace: Int) throws(TableError) {
    range = try systemCall { () throws(SystemError) in try Mapping(reserving: addressSpace) }
  }
}

/// The state of an annex, changed by one caller at a time.
struct OnDemandSegmentState {
  /// The file of now.
  struct Life {
    let serial: UInt64
    let file: SharedDescriptor
    let readerFile: SharedDescriptor
    var byteCount: Int
  }

  let annex: OnDemandSegment
  private(set) var life: Life?
  private(set) var used = 0
  private var free: [Int: [Int]] = [:]
  private var lastSerial: UInt64 = 0
  /// The records that are watched.
  private var watchedCount = 0

  init(_ annex: OnDemandSegment) {
    self.annex = annex
  }

  /// Room for a record: its offset.
  mutating func take(_ byteCount: Int, name: String) throws(TableError) -> Int {
    if let offset = free[byteCount]?.popLast() { return offset }
    guard byteCount <= annex.range.byteCount - used else {
      throw .full(name: name, byteCount: annex.range.byteCount)
    }
    let offset = used
    used += byteCount
    return offset
  }

  mutating func reclaim(_ offset: Int, _ byteCount: Int) {
    free[byteCount, default: []].append(offset)
  }

  /// Makes sure that there is a file, as long as all records need: whether it is another one.
  mutating func wake(name: String) throws(TableError) -> Bool {
    watchedCount += 1
    do {
      if let life {
        if life.byteCount < used {
          try systemCall { () throws(SystemError) in try life.file.descriptor.extend(to: used) }
          self.life?.byteCount = used
        }
        return false
      }
      let byteCount = used
      let made = try systemCall { () throws(SystemError) in
        let file = try MemoryFile(name: "\(name)-annex", byteCount: byteCount)
        let readers = try file.descriptor.reopenedForReading()
        try annex.range.replace(by: file.descriptor)
        try file.sealForReaders()
        return (SharedDescriptor(file.release()), SharedDescriptor(readers))
      }
      lastSerial += 1
      life = Life(serial: lastSerial, file: made.0, readerFile: made.1, byteCount: byteCount)
      return true
    } catch {
      watchedCount -= 1
      throw error
    }
  }

  /// One record is no longer watched; with the last one the file goes: whether it went.
  mutating func sleep() -> Bool {
    watchedCount -= 1
    guard watchedCount == 0, life != nil else { return false }
    // Without it the memory would stay in the process; there is nobody to tell.
    try? annex.range.release()
    life = nil
    return true
  }
}

/// A descriptor with several holders.
final class SharedDescriptor: Sendable {
  let descriptor: Descriptor

  init(_ descriptor: consuming Descriptor) {
    self.descriptor = descriptor
  }
}
