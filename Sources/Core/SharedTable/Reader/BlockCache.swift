import CVitals
import Statistics

/// Keeps the decoded blocks of a table, so that each block is decoded only once.
struct BlockCache {
  /// The decoded block of a source; the block does not contain the path of the source.
  struct RawSource {
    let id: UInt64
    let offset: Int
    let byteCount: Int
    let name: String
    let parent: UInt64
    let keys: [String: String]
    let created: UInt64
    let owner: UInt32?
  }

  struct RawLabels {
    let id: UInt64
    let source: UInt64
    let labels: [String: String]
    let byteCount: Int
  }

  /// The decoded content of a block.
  enum Content {
    case schema(Schema)
    case source(RawSource)
    case labels(RawLabels)
    case group(TableGroup)
    /// A group whose schema was not looked up yet or is missing in the table.
    indirect case rawGroup(BlockDecoder)
    /// A block of an unknown kind, perhaps from a later version. The reader skips such blocks.
    case unknown(kind: UInt32)
    case invalid(TableError)
  }

  /// The contents from the last scan (a read of all blocks), in the order of the blocks.
  private(set) var contents: [(id: UInt64, offset: Int, content: Content)] = []
  /// The index in `contents` that the current scan has reached.
  ///
  /// One index suffices, because blocks never move: cache and table have the same order.
  private var position = 0

  /// Returns the cached content of the block at `offset`, or `nil` if its id has changed.
  mutating func next(_ id: UInt64, at offset: Int) -> Content? {
    while position < contents.count, contents[position].offset < offset { position += 1 }
    guard position < contents.count, contents[position].offset == offset,
      contents[position].id == id
    else { return nil }
    // Decode an invalid block again: perhaps the block changed while it was read.
    if case .invalid = contents[position].content { return nil }
    return contents[position].content
  }

  /// Replaces the contents at the end of a scan.
  mutating func replace(_ contents: [(id: UInt64, offset: Int, content: Content)]) {
    self.contents = contents
    position = 0
  }
}
