import CVitals
import LinuxSystem
public import Statistics

extension Publisher {
  /// Adds a group to a source and returns the record, with which this program writes the values.
  ///
  /// In a relaxed record, counters and histograms start at zero. Levels, peaks and states are
  /// inactive, that is without a value, until they are set. All words of a latched record are
  /// inactive until its first update.
  ///
  /// - Parameters:
  ///   - name: The group's name, unique within the source.
  ///   - schema: The statistics of the group.
  ///   - source: The source that the group belongs to.
  ///   - consistency: The guarantee that readers get.
  ///   - isOnDemand: Whether the program updates the record only while a reader has enabled the
  ///     group. `nil` means `true` for a schema with heavy or internal statistics, `false` for any
  ///     other schema.
  ///   - watchHandler: A function that the broker's thread calls with `true` when the first reader
  ///     enables the group, and with `false` when the last reader disables the group.
  /// - Returns: The record, which writes the values.
  /// - Throws: `invalidName`, `groupClash`, `inexpressible`, `full`, `closed`, `forked`.
  public func addRecord(
    _ name: String, schema: Schema, to source: PublishedSource,
    consistency: Record.Consistency = .relaxed, isOnDemand: Bool? = nil,
    watchHandler: (@Sendable (Bool) -> Void)? = nil
  ) throws(TableError) -> Record {
    guard Publication.isName(name) else { throw .invalidName(name) }
    let copies = consistency.copies
    precondition(copies > 0 && copies & (copies - 1) == 0, "\(copies) copies: not a power of two")
    let isOnDemand = isOnDemand ?? schema.isOnDemandByDefault
    let shape = RecordShape(schema: schema, copies: copies, isOnDemand: isOnDemand)
    return try core.change { state throws(TableError) in
      guard let entry = state.sources[source.id] else {
        throw .invalidName("\(source.path) (removed)")
      }
      guard entry.groups[name] == nil else {
        throw .groupClash(path: source.path, group: name)
      }
      let schemaID = try state.id(of: schema, named: name)
      var block = BlockBytes(reserving: MemoryLayout<vitals_group>.size)
      var head = vitals_group()
      head.block.kind = VITALS_GROUP.rawValue
      head.source = source.id
      head.schema = schemaID
      head.stride = UInt64(shape.stride)
      head.copies = UInt32(copies)
      head.word_count = UInt32(schema.wordCount)
      head.flags = isOnDemand ? VITALS_ON_DEMAND.rawValue : 0
      head.name_offset = UInt32(block.append(name))
      head.start_ns = monotonicNanoseconds()
      block.align()
      block.set(head, at: 0)

      let memory = core.memory
      let initialWords = shape.initialWords
      var segmentOffset: Int?
      let place: BlockStore.Place
      if isOnDemand {
        segmentOffset = try state.allocateSegmentRange(for: shape, core)
        block.set(UInt64(segmentOffset ?? 0), at: RecordShape.valuesField)
        place = try state.store.publish(block)
      } else {
        place = try state.store.publish(block, byteCount: block.count + shape.byteCount) {
          let values = $0 + block.count
          memory.mapping.storeRelaxed(UInt64(values), at: $0 + RecordShape.valuesField)
          memory.mapping.fill(initialWords, at: values, byteCount: shape.byteCount)
        }
      }
      var group = PublisherCore.GroupEntry(place: place, source: source.id, name: name)
      group.segmentRange = segmentOffset.map { ($0, shape.byteCount) }
      group.initialWords = segmentOffset == nil ? [] : initialWords
      group.watchHandler = watchHandler
      state.groups[place.id] = group
      state.sources[source.id]?.groups[name] = place.id
      if let segmentOffset, let segment = state.onDemand?.segment {
        return Record(
          name: name, schema: schema, consistency: consistency, place: place, stride: shape.stride,
          values: segment.range, at: segmentOffset, isOnDemand: true, core: core)
      }
      return Record(
        name: name, schema: schema, consistency: consistency, place: place, stride: shape.stride,
        values: memory.mapping, at: place.offset + block.count, isOnDemand: false, core: core)
    }
  }

  /// Removes a record from its source; later writes to it are ignored.
  public func remove(_ record: Record) throws(TableError) {
    try core.change { state throws(TableError) in
      state.withdraw(group: record.place.id, core.memory)
    }
  }
}

/// Computes the memory layout of a record's copies.
struct RecordShape {
  static let valuesField = Layout.Group.values
  let schema: Schema
  let copies: Int
  let isOnDemand: Bool

  /// The distance between copies, in bytes.
  var stride: Int { Layout.roundUp(Layout.Copy.size + schema.wordCount * 8) }
  var byteCount: Int { stride * copies }

  /// The words of a copy before its first update: the window, the values and the padding.
  var initialWords: [UInt64] {
    var words = [UInt64](repeating: Inactive.unsigned, count: stride / 8)
    words[0] = 0
    words[1] = 0
    for statistic in schema.statistics {
      let startsAtZero = (copies == 1 || isOnDemand) && statistic.kind.counts
      for word in statistic.words { words[2 + word] = startsAtZero ? 0 : statistic.inactiveWord }
    }
    return words
  }
}

extension Kind {
  /// Whether words of this kind are counts, which start at zero.
  var counts: Bool { self == .cumulative || isHistogram }
}

extension Schema {
  /// Whether a group of this schema is on demand by default.
  ///
  /// This is the case if at least one statistic is costly or internal.
  var isOnDemandByDefault: Bool {
    statistics.contains { $0.cost == .heavy || $0.stability == .internal }
  }
}

extension PublisherCore.State {
  /// Returns the id of a schema, and publishes the schema on first use.
  mutating func id(of schema: Schema, named name: String) throws(TableError) -> UInt64 {
    if let place = schemas[schema] { return place.id }
    let place = try store.publish(try BlockBytes.schema(schema, id: name))
    schemas[schema] = place
    return place.id
  }

  mutating func allocateSegmentRange(
    for shape: RecordShape, _ core: PublisherCore
  ) throws(TableError) -> Int {
    if onDemand == nil {
      onDemand = OnDemandSegmentState(try OnDemandSegment(addressSpace: core.segmentAddressSpace))
    }
    return try onDemand?.allocate(shape.byteCount, name: core.name) ?? 0
  }
}
