import LinuxSystem
import Statistics

// On-demand groups, which the program updates only while a reader has enabled them.
extension PublisherCore {
  /// Counts a reader that needs a group.
  ///
  /// The first such reader enables the group.
  ///
  /// - Returns: `false` if no on-demand group has this id.
  func addDemand(_ id: UInt64) throws(TableError) -> Bool {
    typealias Call = @Sendable (Bool) -> Void
    let (isFound, handler) = try change { state throws(TableError) -> (Bool, Call?) in
      guard let group = state.groups[id], group.segmentRange != nil, !group.isWithdrawn else {
        return (false, nil)
      }
      guard group.demand == 0 else {
        state.setDemand(id, group.demand + 1, memory)
        return (true, nil)
      }
      try state.enableGroup(id, name, memory)
      return (true, group.watchHandler)
    }
    handler?(true)
    return isFound
  }

  /// Subtracts a reader that needed a group.
  ///
  /// The function disables the group if no such reader is left.
  func removeDemand(_ id: UInt64) {
    let handler = try? change { state throws(TableError) -> (@Sendable (Bool) -> Void)? in
      guard let group = state.groups[id], group.demand > 0 else { return nil }
      guard group.demand == 1 else {
        state.setDemand(id, group.demand - 1, memory)
        return nil
      }
      state.disableGroup(id, memory)
      return group.watchHandler
    }
    handler?(false)
  }

  /// The serial of the current on-demand segment, and its descriptor for readers.
  var currentSegment: (serial: UInt64, descriptor: SharedDescriptor)? {
    withState { state in
      state.onDemand?.file.map { ($0.serial, $0.readerFile) }
    }
  }
}

extension PublisherCore.State {
  mutating func setDemand(_ id: UInt64, _ demand: Int, _ memory: TableMemory) {
    guard let place = groups[id]?.place else { return }
    groups[id]?.demand = demand
    // Releasing: orders the initial words before the demand that makes them valid.
    memory.mapping.storeReleasing(UInt64(demand), at: place.offset + Layout.Group.demand)
  }

  mutating func enableGroup(
    _ id: UInt64, _ name: String, _ memory: TableMemory
  ) throws(TableError) {
    guard let group = groups[id], let range = group.segmentRange else { return }
    let isNew = try onDemand?.addRecord(name: name) ?? false
    guard let onDemand, let file = onDemand.file else { return }
    // Releasing: orders an earlier disabling before the new start time. A reader loads the start
    // time before and after its sample: if the time is unchanged, the words were not reset.
    memory.mapping.storeReleasing(
      monotonicNanoseconds(), at: group.place.offset + Layout.Group.start)
    // Pairs with the fence of `Record.publish`: if a writer has not seen the new start time, its
    // stores precede the reset below.
    fenceSequentiallyConsistent()
    // Reset the copies, because the earlier counts were lost when the memory was freed.
    onDemand.segment.range.fill(group.initialWords, at: range.offset, byteCount: range.byteCount)
    memory.mapping.storeRelaxed(UInt64(file.byteCount), at: Layout.Header.annexSize)
    // Releasing: orders the size before the serial, which makes the segment visible.
    if isNew { memory.mapping.storeReleasing(file.serial, at: Layout.Header.annexSerial) }
    setDemand(id, 1, memory)
    store.announceChange()
  }

  mutating func disableGroup(_ id: UInt64, _ memory: TableMemory) {
    setDemand(id, 0, memory)
    if onDemand?.removeRecord() == true {
      memory.mapping.storeRelaxed(UInt64(0), at: Layout.Header.annexSize)
      memory.mapping.storeReleasing(UInt64(0), at: Layout.Header.annexSerial)
    }
    store.announceChange()
  }
}

extension Mapping {
  /// Fills a range by repeating `words`.
  func fill(_ words: [UInt64], at offset: Int, byteCount: Int) {
    guard !words.isEmpty else { return }
    for position in 0..<byteCount / 8 {
      storeRelaxed(words[position % words.count], at: offset + position * 8)
    }
  }
}
