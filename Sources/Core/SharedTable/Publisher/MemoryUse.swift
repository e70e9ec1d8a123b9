/// The memory use of a table, in bytes.
public struct MemoryUse: Hashable, Sendable {
  /// The memory use of a source or of one of its groups.
  public struct Part: Hashable, Sendable {
    /// The path of the source.
    public let path: String
    /// The name of the group; `nil` for the source itself, including its labels.
    public let group: String?
    public let byteCount: Int

    public init(path: String, group: String?, byteCount: Int) {
      self.path = path
      self.group = group
      self.byteCount = byteCount
    }
  }

  /// The size of the table from the header to the last block.
  public let tableByteCount: Int
  /// The bytes of free blocks, which new blocks can use.
  public let freeByteCount: Int
  /// The size of the on-demand segment, which exists only while an on-demand group is enabled.
  public let onDemandByteCount: Int
  /// All sources and groups, sorted by path.
  public let parts: [Part]
}

extension Publisher {
  /// The current memory use of the table.
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
        let onDemand = group.demand > 0 ? group.segmentRange?.byteCount ?? 0 : 0
        parts.append(
          MemoryUse.Part(
            path: path, group: group.name, byteCount: group.place.byteCount + onDemand))
      }
      parts.sort { ($0.path, $0.group ?? "") < ($1.path, $1.group ?? "") }
      return MemoryUse(
        tableByteCount: state.store.used, freeByteCount: state.store.freeByteCount,
        onDemandByteCount: state.onDemand?.file?.byteCount ?? 0, parts: parts)
    }
  }
}
