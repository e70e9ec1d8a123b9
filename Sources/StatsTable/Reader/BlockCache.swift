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
  var contents: [(id: UInt64, offset: Int, content: Content)] = []
  /// Places in `contents`, by id.
  var indexOf: [UInt64: Int] = [:]

  /// What is known of a block, if it is still the same one.
  func content(_ id: UInt64, at offset: Int) -> Content? {
    guard let index = indexOf[id], contents[index].offset == offset else { return nil }
    // What was wrong once may have been seen at a bad moment.
    if case .flawed = contents[index].content { return nil }
    return contents[index].content
  }

  mutating func replace(_ contents: [(id: UInt64, offset: Int, content: Content)]) {
    self.contents = contents
    indexOf.removeAll(keepingCapacity: true)
    for (index, entry) in contents.enumerated() { indexOf[entry.id] = index }
  }
}
