import CVitals
import LinuxSystem

/// The blocks of a table under its publisher's hands: room for new ones, and ids that never return.
///
/// One caller at a time. Readers look all the while: see the rules in `vitals_table.h`.
struct BlockStore {
  /// A block in use.
  struct Place: Hashable, Sendable {
    let offset: Int
    let byteCount: Int
    let id: UInt64
  }

  let name: String
  let memory: TableMemory
  private var fileSize: Int
  private(set) var used: Int
  /// Offsets of free blocks by their size.
  private var free: [Int: [Int]] = [:]
  private(set) var freeByteCount = 0
  private var lastID: UInt64 = 0

  init(name: String, memory: TableMemory, fileSize: Int) {
    self.name = name
    self.memory = memory
    self.fileSize = fileSize
    used = Layout.roundUp(MemoryLayout<vitals_header>.size)
  }

  /// Publishes a block with these contents.
  ///
  /// - Parameters:
  ///   - contents: what `BlockBytes` has put together.
  ///   - byteCount: the block's length, at least that of the contents.
  ///   - fill: writes what is behind the contents, from the block's offset on.
  /// - Returns: where it lies, and its id.
  /// - Throws: `full`, or `system` where the file cannot become larger.
  mutating func publish(
    _ contents: BlockBytes, byteCount: Int? = nil, fill: (Int) -> Void = { _ in }
  ) throws(TableError) -> Place {
    let size = Self.sizeClass(max(byteCount ?? 0, contents.count))
    let offset = try take(size)
    memory.mapping.storeRelaxed(words: contents.contents, at: offset + 16)
    fill(offset)
    lastID += 1
    // Releasing: the contents before the id that makes them valid.
    memory.mapping.storeReleasing(lastID, at: offset + Layout.Block.id)
    announceChange()
    return Place(offset: offset, byteCount: size, id: lastID)
  }

  /// Takes a block from readers; its memory stays the block's until it is reclaimed.
  mutating func withdraw(_ place: Place) {
    memory.mapping.storeReleasing(UInt64(0), at: place.offset + Layout.Block.id)
    announceChange()
  }

  /// Gives the memory of a withdrawn block to later ones.
  mutating func reclaim(_ place: Place) {
    free[place.byteCount, default: []].append(place.offset)
    freeByteCount += place.byteCount
  }

  /// Tells readers to look at the blocks again.
  func announceChange() {
    memory.mapping.incrementReleasing(at: Layout.Header.generation)
  }

  /// A block of exactly this size without an id.
  private mutating func take(_ size: Int) throws(TableError) -> Int {
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
    // Releasing: the block's size before the end that makes it visible.
    memory.mapping.storeReleasing(UInt64(end), at: Layout.Header.used)
    return offset
  }

  /// Sizes in steps of an eighth, so that a freed block soon fits another one.
  private static func sizeClass(_ size: Int) -> Int {
    let lines = (size + Layout.alignment - 1) / Layout.alignment
    guard lines > 8 else { return max(1, lines) * Layout.alignment }
    let step = 1 << (Int.bitWidth - lines.leadingZeroBitCount - 4)
    return (lines + step - 1) / step * step * Layout.alignment
  }
}
