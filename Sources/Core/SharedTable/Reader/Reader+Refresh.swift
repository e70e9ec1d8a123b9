import CVitals
import LinuxSystem
import Statistics

extension Reader {
  /// The maximum number of scans (reads of all blocks) per refresh, if the blocks keep changing.
  private static let attempts = 4
  /// The maximum length of a group's name; the block also contains the group's values.
  private static let maximumGroupNameByteCount = 4 << 10

  /// Reads the blocks again if they changed.
  ///
  /// The function does not wait for the publisher. If blocks keep changing, the function uses the
  /// blocks that were consistent, and the next call reads all blocks again.
  ///
  /// - Returns: `true` if the blocks were read again.
  /// - Complexity: O(*n*) in the number of blocks after a change; known blocks are not decoded
  ///   again. Constant if nothing changed.
  @discardableResult
  public func refresh() -> Bool {
    // Acquiring: orders the load of the generation before the loads of the blocks.
    let now = view.table.mapping.loadAcquiring(UInt64.self, at: Layout.Header.generation)
    guard now != seenGeneration else {
      if hasNewSegment { updateOnDemandMapping() }
      return false
    }
    updateOnDemandMapping()
    for _ in 0..<Self.attempts {
      let before = view.table.mapping.loadAcquiring(UInt64.self, at: Layout.Header.generation)
      let scan = scan()
      // Orders the reads of the blocks before the second load of the generation.
      fenceAcquiring()
      let isSettled =
        view.table.mapping.loadRelaxed(UInt64.self, at: Layout.Header.generation) == before
      seenGeneration = isSettled ? before : nil
      cache.replace(scan.contents)
      errors = scan.errors
      if isSettled { break }
    }
    let resolutionErrors = resolve()
    // A scan during changes might miss blocks to which other blocks refer. This is not an error.
    if seenGeneration != nil { errors += missingSchemas() + resolutionErrors }
    generation += 1
    return true
  }

  private var hasNewSegment: Bool {
    broker != nil
      && view.table.mapping.loadAcquiring(UInt64.self, at: Layout.Header.annexSerial)
        != view.onDemand?.serial ?? 0
  }

  /// Maps the current on-demand segment if the publisher has sent its descriptor.
  func updateOnDemandMapping() {
    guard let broker else { return }
    // An error closes the connection, which `hasBroker` reports.
    try? broker.drain()
    if let offer = broker.takeOffer() {
      // If the mapping fails, on-demand groups count as disabled until the next segment arrives.
      view = TableView(view.table, onDemand: try? OnDemandMapping(offer))
    }
    let serial = view.table.mapping.loadAcquiring(UInt64.self, at: Layout.Header.annexSerial)
    if view.onDemand?.serial ?? serial != serial { view = TableView(view.table, onDemand: nil) }
    let size = view.table.mapping.loadRelaxed(UInt64.self, at: Layout.Header.annexSize)
    if let segment = view.onDemand, size > segment.mapping.byteCount,
      let larger = try? segment.remapped()
    {
      view = TableView(view.table, onDemand: larger)
    }
  }

  /// Scans all blocks once.
  private func scan() -> (
    contents: [(id: UInt64, offset: Int, content: BlockCache.Content)], errors: [TableError]
  ) {
    var contents: [(id: UInt64, offset: Int, content: BlockCache.Content)] = []
    var errors: [TableError] = []
    let used = mapAll(&errors)
    var offset = Int(header.first_block)
    contents.reserveCapacity(cache.contents.count)
    var budget = ReadBudget()
    let headSize = MemoryLayout<vitals_block>.size
    while used - offset >= headSize {
      // Acquiring: orders the load of the id before the loads of the contents.
      let id = view.table.mapping.loadAcquiring(UInt64.self, at: offset + Layout.Block.id)
      let size = view.table.mapping.loadRelaxed(UInt64.self, at: offset + Layout.Block.size)
      guard size >= Layout.alignment, size.isMultiple(of: UInt64(Layout.alignment)),
        size <= UInt64(used - offset)
      else {
        errors.append(
          .invalid(
            file: file, field: "size of the block at \(offset)", value: size,
            rule: "must be a multiple of 64 up to \(used - offset); later blocks are not read"))
        break
      }
      if id != 0 {
        guard
          let content = cache.next(id, at: offset) ?? decode(id, offset, Int(size), used, &budget)
        else {
          errors.append(
            .invalid(
              file: file, field: "size of the block at \(offset)", value: size,
              rule: "most of the file was never written; later blocks are not read"))
          break
        }
        // Orders the reads of the block before the second load of its id.
        fenceAcquiring()
        if view.table.mapping.loadRelaxed(UInt64.self, at: offset + Layout.Block.id) == id {
          contents.append((id, offset, content))
        }
      }
      offset += Int(size)
    }
    decodeGroups(in: &contents)
    for case (_, _, .invalid(let error)) in contents { errors.append(error) }
    return (contents, errors)
  }

  /// Decodes new groups.
  ///
  /// This happens after the scan, because a schema can be behind the groups that use the schema.
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

  /// Maps the table at its current size and returns the end of its blocks.
  private func mapAll(_ errors: inout [TableError]) -> Int {
    // Acquiring: orders the load of `used` before the loads of the blocks below it.
    let used = view.table.mapping.loadAcquiring(UInt64.self, at: Layout.Header.used)
    if used > view.table.mapping.byteCount, let status = try? FileStatus(descriptor) {
      // Limits the mapping: another process might have extended the file beyond any table's size.
      let byteCount = min(status.size, Self.maximumByteCount)
      if byteCount > view.table.mapping.byteCount,
        let larger = try? Mapping(of: descriptor, byteCount: byteCount, isGuarded: !isSealed)
      {
        view = TableView(SharedMapping(larger), onDemand: view.onDemand)
      }
    }
    guard used <= view.table.mapping.byteCount else {
      errors.append(
        .invalid(
          file: file, field: "used", value: used,
          rule:
            "the file has \(view.table.mapping.byteCount) bytes; blocks beyond them are not read"))
      return view.table.mapping.byteCount
    }
    return Int(used)
  }

  /// Limits the number of bytes that a scan reads.
  ///
  /// The limit is necessary because a sparse file can be much longer than its written part, and
  /// because reading the holes of the file would allocate memory.
  private struct ReadBudget {
    var byteCount = 16 << 20
    var isExtended = false
  }

  /// Decodes a block; returns `nil` if the budget of the scan is used up.
  private func decode(
    _ id: UInt64, _ offset: Int, _ size: Int, _ used: Int, _ budget: inout ReadBudget
  ) -> BlockCache.Content? {
    let kind = view.table.mapping.loadRelaxed(UInt32.self, at: offset + Layout.Block.kind)
    let isGroup = kind == VITALS_GROUP.rawValue
    let count = isGroup ? groupHeadSize(offset, size) : size
    budget.byteCount -= count
    if budget.byteCount < 0, !budget.isExtended {
      budget.isExtended = true
      // Allow eight times the allocated bytes, because a filesystem might have compressed them.
      budget.byteCount += 8 * ((try? FileStatus(descriptor))?.allocatedByteCount ?? 0)
    }
    guard budget.byteCount >= 0 else { return nil }
    let decoder = BlockDecoder(
      file: file, header: header, id: id, offset: offset, byteCount: size,
      bytes: view.table.mapping.copyBytes(at: offset, count: count), used: used)
    return isGroup ? .rawGroup(decoder) : decoder.decode(kind: kind)
  }

  /// Returns the number of bytes to read of a group's block: those of the head and the name.
  private func groupHeadSize(_ offset: Int, _ size: Int) -> Int {
    guard size >= Int(header.group_size) else { return size }
    let name = view.table.mapping.loadRelaxed(UInt32.self, at: offset + Layout.Group.name)
    return min(
      size, max(Int(header.group_size), Int(name) / 8 * 8) + Self.maximumGroupNameByteCount)
  }
}
