import CVitals
import LinuxSystem
public import Statistics

extension Publisher {
  /// Gives a source a record: a group whose numbers this program writes.
  ///
  /// Counters and histograms begin at zero; levels, peaks and states have no value until they get
  /// one, nor have the words of a latched record before its first update.
  ///
  /// - Parameters:
  ///   - name: what it is about; once in a source.
  ///   - schema: its statistics.
  ///   - source: what they are of.
  ///   - consistency: which promise readers get.
  ///   - isOnDemand: whether it is kept only while a reader asks for it; nil decides by the schema:
  ///     heavy and internal statistics are.
  ///   - whenWatched: told when the first reader asks for it, and when the last one is gone; by the
  ///     broker's thread.
  /// - Returns: what the program writes the numbers with.
  /// - Throws: `badName`, `groupClash`, `inexpressible`, `full`, `closed`, `forked`.
  public func addRecord(
    _ name: String, schema: Schema, to source: PublishedSource,
    consistency: Record.Consistency = .relaxed, isOnDemand: Bool? = nil,
    whenWatched: (@Sendable (Bool) -> Void)? = nil
  ) throws(TableError) -> Record {
    guard Publication.isName(name) else { throw .badName(name) }
    let copies = consistency.copies
    precondition(copies > 0 && copies & (copies - 1) == 0, "\(copies) copies: no power of two")
    let isOnDemand = isOnDemand ?? schema.isOnDemandByDefault
    let shape = RecordShape(schema: schema, copies: copies, isOnDemand: isOnDemand)
    return try core.change { state throws(TableError) in
      guard let entry = state.sources[source.id] else {
        throw .badName("\(source.path), which was removed")
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
      let firstWords = shape.firstWords
      var annexOffset: Int?
      let place: BlockStore.Place
      if isOnDemand {
        annexOffset = try state.annexRoom(for: shape, core)
        block.set(UInt64(annexOffset ?? 0), at: RecordShape.valuesField)
        place = try state.store.publish(block)
      } else {
        place = try state.store.publish(block, byteCount: block.count + shape.byteCount) {
          let values = $0 + block.count
          memory.mapping.storeRelaxed(UInt64(values), at: $0 + RecordShape.valuesField)
          memory.mapping.fill(firstWords, at: values, byteCount: shape.byteCount)
        }
      }
      var group = PublisherCore.GroupEntry(place: place, source: source.id, name: name)
      group.annexRange = annexOffset.map { ($0, shape.byteCount) }
      group.firstWords = annexOffset == nil ? [] : firstWords
      group.whenWatched = whenWatched
      state.groups[place.id] = group
      state.sources[source.id]?.groups[name] = place.id
      if let annexOffset, let annex = state.annex?.annex {
        return Record(
          name: name, schema: schema, consistency: consistency, place: place, stride: shape.stride,
          values: annex.range, at: annexOffset, isOnDemand: true, core: core)
      }
      return Record(
        name: name, schema: schema, consistency: consistency, place: place, stride: shape.stride,
        values: memory.mapping, at: place.offset + block.count, isOnDemand: false, core: core)
    }
  }

  /// Takes a record from its source; it can still be written, for nobody.
  public func remove(_ record: Record) throws(TableError) {
    try core.change { state throws(TableError) in
      state.withdraw(group: record.place.id, core.memory)
    }
  }
}

/// How a record's copies lie in memory.
struct RecordShape {
  static let valuesField = Layout.Group.values
  let schema: Schema
  let copies: Int
  let isOnDemand: Bool

  /// From copy to copy.
  var stride: Int { Layout.roundUp(Layout.Copy.size + schema.wordCount * 8) }
  var byteCount: Int { stride * copies }

  /// The words of a copy before its first update: window, values, padding.
  var firstWords: [UInt64] {
    var words = [UInt64](repeating: Inactive.unsigned, count: stride / 8)
    words[0] = 0
    words[1] = 0
    for statistic in schema.statistics {
      let hasBegun = (copies == 1 || isOnDemand) && statistic.kind.counts
      for word in statistic.words { words[2 + word] = hasBegun ? 0 : statistic.inactiveWord }
    }
    return words
  }
}

extension Kind {
  /// Whether its words count, from zero on.
  var counts: Bool { self == .cumulative || isHistogram }
}

extension Schema {
  /// Whether nobody should pay for it who has not asked.
  var isOnDemandByDefault: Bool {
    statistics.contains { $0.cost == .heavy || $0.stability == .internal }
  }
}

extension PublisherCore.State {
  /// The id of a schema, which is put into the table once.
  mutating func id(of schema: Schema, named name: String) throws(TableError) -> UInt64 {
    if let place = schemas[schema] { return place.id }
    let place = try store.publish(try BlockBytes.schema(schema, id: name))
    schemas[schema] = place
    return place.id
  }

  mutating func annexRoom(
    for shape: RecordShape, _ core: PublisherCore
  ) throws(TableError) -> Int {
    if annex == nil {
      annex = OnDemandSegmentState(try OnDemandSegment(addressSpace: core.annexAddressSpace))
    }
    return try annex?.take(shape.byteCount, name: core.name) ?? 0
  }
}
