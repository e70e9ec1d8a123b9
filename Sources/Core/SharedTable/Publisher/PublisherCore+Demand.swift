import LinuxSystem
import Statistics

// Groups that are kept only while a reader asks for them.
extension PublisherCore {
  /// A reader asks for a group: false where there is no such group on demand.
  ///
  /// The first one wakes the group's writer.
  func addDemand(_ id: UInt64) throws(TableError) -> Bool {
    typealias Call = @Sendable (Bool) -> Void
    let (isFound, wake) = try change { state throws(TableError) -> (Bool, Call?) in
      guard let group = state.groups[id], group.annexRange != nil, !group.isWithdrawn else {
        return (false, nil)
      }
      guard group.demand == 0 else {
        state.setDemand(id, group.demand + 1, memory)
        return (true, nil)
      }
      try state.beginWatch(id, name, memory)
      return (true, group.whenWatched)
    }
    wake?(true)
    return isFound
  }

  /// A reader no longer asks for a group; the last one's leaving lets its writer sleep.
  func removeDemand(_ id: UInt64) {
    let sleep = try? change { state throws(TableError) -> (@Sendable (Bool) -> Void)? in
      guard let group = state.groups[id], group.demand > 0 else { return nil }
      guard group.demand == 1 else {
        state.setDemand(id, group.demand - 1, memory)
        return nil
      }
      state.endWatch(id, memory)
      return group.whenWatched
    }
    sleep?(false)
  }

  /// The annex of now: its serial and a descriptor for readers.
  var annexOfNow: (serial: UInt64, descriptor: SharedDescriptor)? {
    withState { state in
      state.annex?.life.map { ($0.serial, $0.readerFile) }
    }
  }
}

extension PublisherCore.State {
  mutating func setDemand(_ id: UInt64, _ demand: Int, _ memory: TableMemory) {
    guard let place = groups[id]?.place else { return }
    groups[id]?.demand = demand
    // Releasing: the first words before the demand that makes them valid.
    memory.mapping.storeReleasing(UInt64(demand), at: place.offset + Layout.Group.demand)
  }

  mutating func beginWatch(
    _ id: UInt64, _ name: String, _ memory: TableMemory
  ) throws(TableError) {
    guard let group = groups[id], let range = group.annexRange else { return }
    let isAnother = try annex?.wake(name: name) ?? false
    guard let annex, let life = annex.life else { return }
    // Releasing: the sleep of before ahead of the new time. A reader whose time is still the same
    // after its sample has not seen the copies begin anew.
    memory.mapping.storeReleasing(
      monotonicNanoseconds(), at: group.place.offset + Layout.Group.start)
    // With the one of `Record.publish`: a writer that has not seen the time stored before this.
    fenceSequentiallyConsistent()
    // Counting begins anew: what was counted before went with the memory.
    annex.annex.range.fill(group.firstWords, at: range.offset, byteCount: range.byteCount)
    memory.mapping.storeRelaxed(UInt64(life.byteCount), at: Layout.Header.annexSize)
    // Releasing: the size before the serial that says it is there.
    if isAnother { memory.mapping.storeReleasing(life.serial, at: Layout.Header.annexSerial) }
    setDemand(id, 1, memory)
    store.announceChange()
  }

  mutating func endWatch(_ id: UInt64, _ memory: TableMemory) {
    setDemand(id, 0, memory)
    if annex?.sleep() == true {
      memory.mapping.storeRelaxed(UInt64(0), at: Layout.Header.annexSize)
      memory.mapping.storeReleasing(UInt64(0), at: Layout.Header.annexSerial)
    }
    store.announceChange()
  }
}

extension Mapping {
  /// Stores `words` again and again, copy after copy.
  func fill(_ words: [UInt64], at offset: Int, byteCount: Int) {
    guard !words.isEmpty else { return }
    for position in 0..<byteCount / 8 {
      storeRelaxed(words[position % words.count], at: offset + position * 8)
    }
  }
}
