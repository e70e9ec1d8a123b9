import CVitals
import Statistics

/// What a reader knows of a table's blocks, by their ids: a block is decoded once.
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

  /// What a block was found to be.
  enum Content {
    case schema(Schema)
    case source(RawSource)
    case labels(RawLabels)
    case group(TableGroup)
    /// A group whose schema was not looked for yet, or was not there.
    indirect case rawGroup(BlockDecoder)
    /// Of a later version; skipped.
    case unknown(kind: UInt32)
    case flawed(TableError)
  }

  /// What was seen in the last look, in the order of the blocks.
  private(set) var contents: [(id: UInt64, offset: Int, content: Content)] = []
  /// Where the look is: blocks never move, so that both go through the table in one order.
  private var position = 0

  /// What is known of the next block, if it is still the same one.
  mutating func next(_ id: UInt64, at offset: Int) -> Content? {
    while position < contents.count, contents[position].offset < offset { position += 1 }
    guard position < contents.count, contents[position].offset == offset,
      contents[position].id == id
    else { return nil }
    // What was wrong once may have been seen at a bad moment.
    if case .flawed = contents[position].content { return nil }
    return contents[position].content
  }

  /// Ends a look with what it has found.
  mutating func replace(_ contents: [(id: UInt64, offset: Int, content: Content)]) {
    self.contents = contents
    position = 0
  }
}
