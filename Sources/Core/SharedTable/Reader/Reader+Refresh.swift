import CVitals
import LinuxSystem
import Statistics

extension Reader {
  /// The maximum number of scans per refresh if the blocks keep changing.
  private static let attempts = 4
  /// The maximum length of a group's name; the block also contains the group's values.
  private static let maximumGroupNameByteCount = 4 << 10

  /// Reads the blocks again after a change; one load if nothing changed.
  ///
  /// It does not wait for the publisher: if blocks keep changing, it uses each consistent block and
  /// reads them again at the next call.
  ///
  /// - Returns: `true` if it read the blocks again.
  /// - Complexity: O(*n*) in the number of blocks; known blocks are not decoded again.
  @discardableResult
  public func refresh() -> Bool {
    // Acquiring: orders the generation before the blocks.
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
    // A scan during changes may miss blocks that others refer to; that is not an error.
    if seenGeneration != nil { errors += missingSchemas() + resolutionErrors }
    generation += 1
    return true
  }

  private var hasNewSegment: Bool {
    broker != nil
      && view.table.mapping.loadAcquiring(UInt64.self, at: Layout.Header.annexSerial)
        != view.onDemand?.serial ?? 0
  }

  /// Maps the current on-demand segment if the publisher has sent it.
  func updateOnDemandMapping() {
    guard let broker else { return }
    // An error closes the connection, which `hasBroker` reports.
    try? broker.drain()
    if let offer = broker.takeOffer() {
      // Without a mapping on-demand groups count as disabled; the next offer may succeed.
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
      // Acquiring: orders the id before the contents that it makes valid.
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

  /// Decodes new groups; a schema may follow the groups that use it.
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
    // Acquiring: orders the end before the blocks in front of it.
    let used = view.table.mapping.loadAcquiring(UInt64.self, at: Layout.Header.used)
    if used > view.table.mapping.byteCount, let status = try? FileStatus(descriptor) {
      // Another process may have extended the file beyond any table's size.
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

  /// The number of bytes that a scan may still read.
  ///
  /// A sparse file can be much longer than its written part; reading the holes would allocate
  /// memory.
  private struct ReadBudget {
    var byteCount = 16 << 20
    var isExtended = false
  }

  /// Decodes a block; returns `nil` if reading it would cost more than the file itself.
  private func decode(
    _ id: UInt64, _ offset: Int, _ size: Int, _ used: Int, _ budget: inout ReadBudget
  ) -> BlockCache.Content? {
    let kind = view.table.mapping.loadRelaxed(UInt32.self, at: offset + Layout.Block.kind)
    let isGroup = kind == VITALS_GROUP.rawValue
    let count = isGroup ? groupHeadSize(offset, size) : size
    budget.byteCount -= count
    if budget.byteCount < 0, !budget.isExtended {
      budget.isExtended = true
      // Eight times, because a filesystem may compress the bytes.
      budget.byteCount += 8 * ((try? FileStatus(descriptor))?.allocatedByteCount ?? 0)
    }
    guard budget.byteCount >= 0 else { return nil }
    let decoder = BlockDecoder(
      file: file, header: header, id: id, offset: offset, byteCount: size,
      bytes: view.table.mapping.copyBytes(at: offset, count: count), used: used)
    return isGroup ? .rawGroup(decoder) : decoder.decode(kind: kind)
  }

  /// The length of the head and name of a group's block; the values follow.
  private func groupHeadSize(_ offset: Int, _ size: Int) -> Int {
    guard size >= Int(header.group_size) else { return size }
    let name = view.table.mapping.loadRelaxed(UInt32.self, at: offset + Layout.Group.name)
    return min(
      size, max(Int(header.group_size), Int(name) / 8 * 8) + Self.maximumGroupNameByteCount)
  }
}
