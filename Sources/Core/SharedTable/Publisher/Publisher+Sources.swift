import CVitals
import LinuxSystem
import Statistics

/// Identifies a source in a publisher's table.
public struct PublishedSource: Hashable, Sendable {
  let id: UInt64
  /// The path in the table, such as `worker0/connections`.
  public let path: String
}

extension Publisher {
  /// Adds a source at the top of the table or below another source.
  ///
  /// - Parameters:
  ///   - name: The last component of the source's path.
  ///   - parent: The source that contains the new source; `nil` for the top.
  ///   - keys: Names and values, such as `cpu` and `3`, that distinguish the source from its
  ///     siblings. The keys cannot be changed later.
  ///   - labels: Further properties of the source as text. `setLabels` can replace them.
  ///   - owner: The user id of the owner.
  /// - Returns: The source, to which groups and further sources can be added.
  /// - Throws: `invalidName`, `nameClash`, `full`, `closed`, `forked`.
  @discardableResult
  public func addSource(
    _ name: String, below parent: PublishedSource? = nil, keys: [String: String] = [:],
    labels: [String: String] = [:], owner: UInt32? = nil
  ) throws(TableError) -> PublishedSource {
    guard Publication.isName(name) else { throw .invalidName(name) }
    let path = parent.map { "\($0.path)/\(name)" } ?? name
    guard path.utf8.count <= Publication.maximumPathByteCount else {
      throw .inexpressible(
        "the path of '\(name)' has \(path.utf8.count) bytes; the maximum is "
          + "\(Publication.maximumPathByteCount)")
    }
    var block = BlockBytes(reserving: MemoryLayout<vitals_source>.size)
    var head = vitals_source()
    head.block.kind = VITALS_SOURCE.rawValue
    head.parent = parent?.id ?? 0
    head.created_ns = monotonicNanoseconds()
    head.owner = owner ?? .max
    head.name_offset = UInt32(block.append(name))
    head.keys_offset = UInt32(block.append(keys))
    head.keys_count = UInt32(keys.count)
    block.align()
    block.set(head, at: 0)
    return try core.change { state throws(TableError) in
      guard state.sourceIDs[path] == nil else { throw .nameClash(path: path) }
      let place = try state.store.publish(block)
      state.sources[place.id] = PublisherCore.SourceEntry(
        place: place, path: path, parent: parent?.id ?? 0)
      state.sourceIDs[path] = place.id
      if let parent { state.sources[parent.id]?.children.insert(place.id) }
      if !labels.isEmpty { try state.setLabels(labels, of: place.id) }
      return PublishedSource(id: place.id, path: path)
    }
  }

  /// Replaces the labels of a source.
  ///
  /// A reader sees either all old labels or all new labels.
  public func setLabels(
    _ labels: [String: String], of source: PublishedSource
  ) throws(TableError) {
    try core.change { state throws(TableError) in try state.setLabels(labels, of: source.id) }
  }

  /// Sets the status of a source.
  public func setStatus(_ status: TableStatus, of source: PublishedSource) throws(TableError) {
    try core.change { state throws(TableError) in
      guard let place = state.sources[source.id]?.place else { return }
      core.setStatus(status, at: place.offset, Layout.Source.status, Layout.Source.statusSince)
      state.store.announceChange()
    }
  }

  /// Removes a source, its records and all sources below the source.
  ///
  /// The call does nothing if the source does not exist.
  public func remove(_ source: PublishedSource) throws(TableError) {
    try core.change { state throws(TableError) in
      state.withdraw(source: source.id, core.memory)
    }
  }
}

extension PublisherCore.State {
  mutating func setLabels(_ labels: [String: String], of source: UInt64) throws(TableError) {
    guard let old = sources[source]?.labels ?? sources[source]?.place else { return }
    var block = BlockBytes(reserving: MemoryLayout<vitals_labels>.size)
    var head = vitals_labels()
    head.block.kind = VITALS_LABELS.rawValue
    head.source = source
    head.labels_offset = UInt32(block.append(labels))
    head.labels_count = UInt32(labels.count)
    block.align()
    block.set(head, at: 0)
    // Publish the new labels before the old labels are removed, so that labels exist at any time.
    let place = try store.publish(block)
    if old != sources[source]?.place {
      store.withdraw(old)
      store.reclaim(old)
    }
    sources[source]?.labels = place
  }
}
