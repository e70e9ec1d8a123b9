/// The memory that a table takes, in bytes.
public struct MemoryUse: Hashable, Sendable {
  /// What a source or one of its groups takes.
  public struct Part: Hashable, Sendable {
    /// The path of the source.
    public let path: String
    /// The name of the group; nil for the source's own facts, its labels included.
    public let group: String?
    public let byteCount: Int

    public init(path: String, group: String?, byteCount: Int) {
      self.path = path
      self.group = group
      self.byteCount = byteCount
    }
  }

  /// From the header to the last block.
  public let tableByteCount: Int
  /// Of that, free for later blocks.
  public let freeByteCount: Int
  /// Of the annex's file, which is there only while a group on demand is watched.
  public let annexByteCount: Int
  /// All sources and groups, by path.
  public let parts: [Part]
}

extension Publisher {
  /// What the table takes now.
  ///
  /// - Complexity: O(*n* log *n*) in the number of sources and groups.
  public var memoryUse: MemoryUse {
    core.withState { state in
      var parts = state.sources.values.map { source in
        MemoryUse.Part(
          path: source.path, group: nil,
          byteCount: source.place.byteCount + (source.labels?.byteCount ?? 0))
      }
      for group in state.groups.values where !group.isWithdrawn {
        guard let path = state.sources[group.source]?.path else { continue }
        let annex = group.demand > 0 ? group.annexRange?.byteCount ?? 0 : 0
        parts.append(
          MemoryUse.Part(
            path: path, group: group.name, byteCount: group.place.byteCount + annex))
      }
      parts.sort { ($0.path, $0.group ?? "") < ($1.path, $1.group ?? "") }
      return MemoryUse(
        tableByteCount: state.store.used, freeByteCount: state.store.freeByteCount,
        annexByteCount: state.annex?.life?.byteCount ?? 0, parts: parts)
    }
  }
}
