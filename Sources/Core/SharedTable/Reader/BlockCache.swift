import CVitals
import Statistics

/// The decoded blocks of a table by id; each block is decoded once.
struct BlockCache {
  /// A source's block, without its path.
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
    /// A group whose schema has not been resolved yet, or is missing.
    indirect case rawGroup(BlockDecoder)
    /// A block of a later version; skipped.
    case unknown(kind: UInt32)
    case invalid(TableError)
  }

  /// The contents from the last scan, in the order of the blocks.
  private(set) var contents: [(id: UInt64, offset: Int, content: Content)] = []
  /// The position of the current scan; cache and table have the same order because blocks never
  /// move.
  private var position = 0

  /// Returns the cached content of the next block if the block is still the same.
  mutating func next(_ id: UInt64, at offset: Int) -> Content? {
    while position < contents.count, contents[position].offset < offset { position += 1 }
    guard position < contents.count, contents[position].offset == offset,
      contents[position].id == id
    else { return nil }
    // Decode an invalid block again: it may have been read during a change.
    if case .invalid = contents[position].content { return nil }
    return contents[position].content
  }

  /// Replaces the contents at the end of a scan.
  mutating func replace(_ contents: [(id: UInt64, offset: Int, content: Content)]) {
    self.contents = contents
    position = 0
  }
}
