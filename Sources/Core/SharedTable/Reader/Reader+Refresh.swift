import CVitals
import LinuxSystem
import Statistics

extension Reader {
  /// How often blocks are read again that changed meanwhile, before they are taken as they are.
  private static let attempts = 4
  /// The longest name of a group that is read, from a block that also has the group's values.
  private static let longestGroupName = 4 << 10

  /// Reads the blocks again where there was a change: whether sources or groups are others.
  ///
  /// One load where there was none. It does not wait for the publisher: blocks that change all the
  /// while are taken as they are, each whole, and read again the next time.
  ///
  /// - Complexity: O(*n*) in the number of blocks; those that were known are not decoded again.
  @discardableResult
  public func refresh() -> Bool {
    // Acquiring: the generation before the blocks.
    let now = view.table.mapping.loadAcquiring(UInt64.self, at: Layout.Header.generation)
    guard now != seenGeneration else {
      if annexIsAnother { takeAnnex() }
      return false
    }
    takeAnnex()
    for _ in 0..<Self.attempts {
      let before = view.table.mapping.loadAcquiring(UInt64.self, at: Layout.Header.generation)
      let scan = scan()
      // Orders the reads of the blocks before this look at the generation.
      fenceAcquiring()
      let isSettled =
        view.table.mapping.loadRelaxed(UInt64.self, at: Layout.Header.generation) == before
      seenGeneration = isSettled ? before : nil
      cache.replace(scan.contents)
      flaws = scan.flaws
      if isSettled { break }
    }
    let others = resolve()
    // In a walk under change something may be missed that others refer to: that is no flaw.
    if seenGeneration != nil { flaws += missingSchemas() + others }
    generation += 1
    return true
  }

  private var annexIsAnother: Bool {
    broker != nil
      && view.table.mapping.loadAcquiring(UInt64.self, at: Layout.Header.annexSerial) != view.annex?
        .serial ?? 0
  }

  /// Maps the annex that the publisher uses now, as far as it was handed out.
  func takeAnnex() {
    guard let broker else { return }
    broker.drain()
    if let offer = broker.takeOffer() {
      // Without it the groups on demand are asleep; the next offer may succeed.
      view = TableView(view.table, annex: try? OnDemandMapping(offer))
    }
    let serial = view.table.mapping.loadAcquiring(UInt64.self, at: Layout.Header.annexSerial)
    if view.annex?.serial ?? serial != serial { view = TableView(view.table, annex: nil) }
    let size = view.table.mapping.loadRelaxed(UInt64.self, at: Layout.Header.annexSize)
    if let annex = view.annex, size > annex.mapping.byteCount,
      let longer = try? annex.mappedAgain()
    {
      view = TableView(view.table, annex: longer)
    }
  }

  /// One look at all blocks.
  private func scan() -> (
    contents: [(id: UInt64, offset: Int, content: BlockCache.Content)], flaws: [TableError]
  ) {
    var contents: [(id: UInt64, offset: Int, content: BlockCache.Content)] = []
    var flaws: [TableError] = []
    let used = mapAll(&flaws)
    var offset = Int(header.first_block)
    contents.reserveCapacity(cache.contents.count)
    var room = ReadingRoom()
    let headSize = MemoryLayout<vitals_block>.size
    while used - offset >= headSize {
      // Acquiring: the id before the contents that it makes valid.
      let id = view.table.mapping.loadAcquiring(UInt64.self, at: offset + Layout.Block.id)
      let size = view.table.mapping.loadRelaxed(UInt64.self, at: offset + Layout.Block.size)
      guard size >= Layout.alignment, size.isMultiple(of: UInt64(Layout.alignment)),
        size <= UInt64(used - offset)
      else {
        flaws.append(
          .flawed(
            file: file, field: "size of the block at \(offset)", value: size,
            rule: "it is a multiple of 64 up to \(used - offset); what is behind it is not read"))
        break
      }
      if id != 0 {
        guard let content = cache.next(id, at: offset) ?? decode(id, offset, Int(size), used, &room)
        else {
          flaws.append(
            .flawed(
              file: file, field: "size of the block at \(offset)", value: size,
              rule: "most of the file was never written; what is behind it is not read"))
          break
        }
        // Orders the reads of the block before this look at its id.
        fenceAcquiring()
        if view.table.mapping.loadRelaxed(UInt64.self, at: offset + Layout.Block.id) == id {
          contents.append((id, offset, content))
        }
      }
      offset += Int(size)
    }
    decodeGroups(in: &contents)
    for case (_, _, .flawed(let flaw)) in contents { flaws.append(flaw) }
    return (contents, flaws)
  }

  /// Decodes the groups that are new; their schemas may lie behind them.
  private func decodeGroups(
    in contents: inout [(id: UInt64, offset: Int, content: BlockCache.Content)]
  ) {
    var schemas: [UInt64: Schema] = [:]
    for case (let id, _, .schema(let schema)) in contents { schemas[id] = schema }
    for index in contents.indices {
      guard case .rawGroup(let decoder) = contents[index].content else { continue }
      contents[index].content = decoder.decodeGroup(schemas)
    }
  }

  private func missingSchemas() -> [TableError] {
    cache.contents.compactMap { entry in
      if case .rawGroup(let decoder) = entry.content { decoder.missingSchema } else { nil }
    }
  }

  /// Maps the table as long as it is now: the end of its blocks.
  private func mapAll(_ flaws: inout [TableError]) -> Int {
    // Acquiring: the end before the blocks in front of it.
    let used = view.table.mapping.loadAcquiring(UInt64.self, at: Layout.Header.used)
    if used > view.table.mapping.byteCount, let status = try? FileStatus(descriptor) {
      // Somebody else may have made the file longer than any table is.
      let byteCount = min(status.size, Self.largestByteCount)
      if byteCount > view.table.mapping.byteCount,
        let larger = try? Mapping(of: descriptor, byteCount: byteCount, isGuarded: !isSealed)
      {
        view = TableView(SharedMapping(larger), annex: view.annex)
      }
    }
    guard used <= view.table.mapping.byteCount else {
      flaws.append(
        .flawed(
          file: file, field: "used", value: used,
          rule:
            "the file has \(view.table.mapping.byteCount) bytes; what is behind them is not read"))
      return view.table.mapping.byteCount
    }
    return Int(used)
  }

  /// How many bytes may still be read in a look.
  ///
  /// A file can be much longer than what was ever written to it, and reading it would give it memory.
  private struct ReadingRoom {
    var byteCount = 16 << 20
    var isExtended = false
  }

  /// What a block is; nil where reading it would cost more than the file itself.
  private func decode(
    _ id: UInt64, _ offset: Int, _ size: Int, _ used: Int, _ room: inout ReadingRoom
  ) -> BlockCache.Content? {
    let kind = view.table.mapping.loadRelaxed(UInt32.self, at: offset + Layout.Block.kind)
    let isGroup = kind == VITALS_GROUP.rawValue
    let count = isGroup ? groupHead(offset, size) : size
    room.byteCount -= count
    if room.byteCount < 0, !room.isExtended {
      room.isExtended = true
      // Eight times, because a filesystem may hold the bytes in less.
      room.byteCount += 8 * ((try? FileStatus(descriptor))?.allocatedByteCount ?? 0)
    }
    guard room.byteCount >= 0 else { return nil }
    let decoder = BlockDecoder(
      file: file, header: header, id: id, offset: offset, byteCount: size,
      bytes: view.table.mapping.copyBytes(at: offset, count: count), used: used)
    return isGroup ? .rawGroup(decoder) : decoder.decode(kind: kind)
  }

  /// How much of a group's block has its head and name: the values are behind them.
  private func groupHead(_ offset: Int, _ size: Int) -> Int {
    guard size >= Int(header.group_size) else { return size }
    let name = view.table.mapping.loadRelaxed(UInt32.self, at: offset + Layout.Group.name)
    return min(size, max(Int(header.group_size), Int(name) / 8 * 8) + Self.longestGroupName)
  }
}
