import CVitals
import LinuxSystem
import Statistics
import Synchronization

extension Reader {
  /// How often a group is read whose updates come faster than it can be copied.
  private static let sampleAttempts = 8

  /// One sample of a group: its words, in the order of its schema; no system call, no allocation.
  ///
  /// - Parameters:
  ///   - group: one of `groups`, as of the last refresh.
  ///   - words: as many as the schema has, at least.
  /// - Returns: whether the words are a sample, and of when.
  public func sample(_ group: TableGroup, into words: inout MutableSpan<UInt64>) -> TableSample {
    let slot = group.slot
    precondition(words.count >= slot.wordCount, "\(words.count) words for \(slot.wordCount)")
    // Acquiring: the status before the words that it is about.
    let status = mapping.loadAcquiring(UInt64.self, at: slot.block + Layout.Group.status)
    var outcome: TableSample
    if group.isOnDemand {
      outcome = sampleOnDemand(group, into: &words)
    } else {
      outcome = sample(slot, in: mapping, into: &words)
    }
    guard mapping.loadRelaxed(UInt64.self, at: slot.block + Layout.Block.id) == group.id else {
      return mapping.isBroken ? .broken : .removed
    }
    if status != 0, case .up = outcome {
      let since = mapping.loadRelaxed(UInt64.self, at: slot.block + Layout.Group.statusSince)
      outcome = .old(TableStatus(word: status, since: since))
    }
    return outcome
  }

  private func sampleOnDemand(
    _ group: TableGroup, into words: inout MutableSpan<UInt64>
  ) -> TableSample {
    // Acquiring: the demand before the words that are there because of it.
    let demand = mapping.loadAcquiring(UInt64.self, at: group.slot.block + Layout.Group.demand)
    let serial = mapping.loadAcquiring(UInt64.self, at: Layout.Header.annexSerial)
    // An annex that was mapped before it had the group is mapped anew by the next refresh.
    guard demand > 0, let annex, annex.serial == serial,
      annex.mapping.byteCount >= group.slot.end
    else {
      for statistic in group.schema.statistics {
        for word in statistic.words { words[word] = statistic.inactiveWord }
      }
      return .asleep
    }
    return sample(group.slot, in: annex.mapping, into: &words)
  }

  private func sample(
    _ slot: TableGroup.Slot, in mapping: borrowing Mapping, into words: inout MutableSpan<UInt64>
  ) -> TableSample {
    for _ in 0..<Self.sampleAttempts {
      // Acquiring: the index before the copy that it names.
      let index = self.mapping.loadAcquiring(UInt64.self, at: slot.block + Layout.Group.index)
      let copy = slot.values + (Int(truncatingIfNeeded: index) & slot.mask) * slot.stride
      let begin = mapping.loadRelaxed(UInt64.self, at: copy + Layout.Copy.begin)
      let end = mapping.loadRelaxed(UInt64.self, at: copy + Layout.Copy.end)
      mapping.copyWords(at: copy + slot.copySize, count: slot.wordCount, into: &words)
      // Orders the reads of the copy before this look at the index.
      fenceAcquiring()
      let now = self.mapping.loadRelaxed(UInt64.self, at: slot.block + Layout.Group.index)
      guard slot.mask == 0 || now &- index < slot.mask else { continue }
      if mapping.isBroken { return .broken }
      return .up(end == 0 || begin > end ? nil : Window(begin: begin, end: end))
    }
    return mapping.isBroken ? .broken : .busy
  }
}

extension Mapping {
  /// Copies words, each whole, into words of the caller's own.
  func copyWords(at offset: Int, count: Int, into words: inout MutableSpan<UInt64>) {
    let source = unsafe self.words(at: offset, count: count)
    unsafe words.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress, buffer.count >= count else { return }
      unsafe vitals_copy_words(
        start, UnsafeRawPointer(source).assumingMemoryBound(to: UInt64.self), UInt64(count))
    }
  }
}
