import CVitals
import LinuxSystem

/// Adds and removes the blocks of a publisher's table, and allocates their memory and unique ids.
///
/// Only one thread at a time must call these methods. Readers access the blocks concurrently; see
/// the rules in `vitals_table.h`.
struct BlockStore {
  /// The location and id of a published block.
  struct Place: Hashable, Sendable {
    let offset: Int
    let byteCount: Int
    let id: UInt64
  }

  let name: String
  let memory: TableMemory
  private var fileSize: Int
  private(set) var used: Int
  /// The offsets of free blocks, by size in bytes.
  private var free: [Int: [Int]] = [:]
  private(set) var freeByteCount = 0
  private var lastID: UInt64 = 0

  init(name: String, memory: TableMemory, fileSize: Int) {
    self.name = name
    self.memory = memory
    self.fileSize = fileSize
    used = Layout.roundUp(MemoryLayout<vitals_header>.size)
  }

  /// Publishes a block with the given contents.
  ///
  /// - Parameters:
  ///   - contents: The contents of the block, built with `BlockBytes`.
  ///   - byteCount: The minimum size of the block; `nil` means the size of the contents.
  ///   - fill: Writes the bytes after the contents; its argument is the offset of the block.
  /// - Returns: The location and id of the block.
  /// - Throws: `full`, or `system` if the file cannot grow.
  mutating func publish(
    _ contents: BlockBytes, byteCount: Int? = nil, fill: (Int) -> Void = { _ in }
  ) throws(TableError) -> Place {
    let size = Self.sizeClass(max(byteCount ?? 0, contents.count))
    let offset = try allocate(size)
    memory.mapping.storeRelaxed(words: contents.contents, at: offset + 16)
    fill(offset)
    lastID += 1
    // Releasing: orders the contents before the id that makes them valid.
    memory.mapping.storeReleasing(lastID, at: offset + Layout.Block.id)
    announceChange()
    return Place(offset: offset, byteCount: size, id: lastID)
  }

  /// Makes a block invisible to readers.
  ///
  /// The memory of the block stays reserved until `reclaim` is called.
  mutating func withdraw(_ place: Place) {
    memory.mapping.storeReleasing(UInt64(0), at: place.offset + Layout.Block.id)
    announceChange()
  }

  /// Makes the memory of a withdrawn block available to new blocks.
  mutating func reclaim(_ place: Place) {
    free[place.byteCount, default: []].append(place.offset)
    freeByteCount += place.byteCount
  }

  /// Increments the generation of the table, so that readers read the blocks again.
  func announceChange() {
    memory.mapping.incrementReleasing(at: Layout.Header.generation)
  }

  /// Allocates a block of exactly this size, without an id.
  private mutating func allocate(_ size: Int) throws(TableError) -> Int {
    if let offset = free[size]?.popLast() {
      freeByteCount -= size
      // Orders the cleared id before the stores that overwrite the block.
      fenceReleasing()
      return offset
    }
    let (end, overflow) = used.addingReportingOverflow(size)
    guard !overflow, end <= memory.mapping.byteCount else {
      throw .full(name: name, byteCount: memory.mapping.byteCount)
    }
    if end > fileSize {
      let larger = min(max(end, fileSize * 2), memory.mapping.byteCount)
      try systemCall { () throws(SystemError) in try memory.extend(to: larger) }
      fileSize = larger
    }
    let offset = used
    memory.mapping.storeRelaxed(UInt64(size), at: offset + Layout.Block.size)
    used = end
    // Releasing: orders the block's size before `used`, which makes the block visible.
    memory.mapping.storeReleasing(UInt64(end), at: Layout.Header.used)
    return offset
  }

  /// Rounds a size up by at most an eighth.
  ///
  /// The rounded sizes have few different values, so that a new block is likely to fit into a freed
  /// block.
  private static func sizeClass(_ size: Int) -> Int {
    let lines = (size + Layout.alignment - 1) / Layout.alignment
    guard lines > 8 else { return max(1, lines) * Layout.alignment }
    let step = 1 << (Int.bitWidth - lines.leadingZeroBitCount - 4)
    return (lines + step - 1) / step * step * Layout.alignment
  }
}
