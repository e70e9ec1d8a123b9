import CVitals
import LinuxSystem
import Statistics

/// A mapping with several holders.
final class SharedMapping {
  let mapping: Mapping

  init(_ mapping: consuming Mapping) {
    self.mapping = mapping
  }
}

/// A table's memory as a reader has mapped it: what samples are taken of.
///
/// It keeps its memory for as long as it lives. A pass takes the reader's view once, and all samples
/// of it: then a group costs no reference count.
public final class TableView {
  let table: SharedMapping
  let annex: AnnexMapping?

  init(_ table: SharedMapping, annex: AnnexMapping?) {
    self.table = table
    self.annex = annex
  }

  /// How often a group is read whose updates come faster than it can be copied.
  private static let attempts = 8

  /// One sample of a group: its words, in the order of its schema; no system call, no allocation.
  ///
  /// - Parameters:
  ///   - slot: of one of the reader's groups, as of its last refresh.
  ///   - words: as many as the schema has, at least.
  /// - Returns: whether the words are a sample, and of when.
  public func sample(_ slot: TableGroup.Slot, into words: inout MutableSpan<UInt64>) -> TableSample
  {
    precondition(words.count >= slot.wordCount, "\(words.count) words for \(slot.wordCount)")
    // Acquiring: the status before the words that it is about.
    let status = table.mapping.loadAcquiring(UInt64.self, at: slot.block + Layout.Group.status)
    let outcome =
      slot.isOnDemand
      ? sampleOnDemand(slot, into: &words) : sample(slot, in: table.mapping, into: &words)
    guard table.mapping.loadRelaxed(UInt64.self, at: slot.block + Layout.Block.id) == slot.id else {
      return table.mapping.isBroken ? .broken : .removed
    }
    guard status != 0, case .up = outcome else { return outcome }
    let since = table.mapping.loadRelaxed(
      UInt64.self, at: slot.block + Layout.Group.statusSince)
    return .old(TableStatus(word: status, since: since))
  }

  private func sampleOnDemand(
    _ slot: TableGroup.Slot, into words: inout MutableSpan<UInt64>
  ) -> TableSample {
    // Acquiring: the time of the last wake before the demand that came with it.
    let start = table.mapping.loadAcquiring(UInt64.self, at: slot.block + Layout.Group.start)
    // Acquiring: the demand before the words that are there because of it.
    let demand = table.mapping.loadAcquiring(UInt64.self, at: slot.block + Layout.Group.demand)
    let serial = table.mapping.loadAcquiring(UInt64.self, at: Layout.Header.annexSerial)
    // An annex that was mapped before it had the group is mapped anew by the next refresh.
    guard demand > 0, let annex, annex.serial == serial, annex.mapping.byteCount >= slot.end else {
      return .asleep
    }
    let outcome = sample(slot, in: annex.mapping, into: &words)
    // Whoever let it sleep meanwhile let its memory go, and whoever woke it again began it anew.
    let isStillThere =
      table.mapping.loadRelaxed(UInt64.self, at: Layout.Header.annexSerial) == serial
      && table.mapping.loadRelaxed(UInt64.self, at: slot.block + Layout.Group.start) == start
      && table.mapping.loadRelaxed(UInt64.self, at: slot.block + Layout.Group.demand) > 0
    return isStillThere ? outcome : .asleep
  }

  /// A sample of values that lie in `memory`, the table's or the annex's.
  @inline(__always)
  private func sample(
    _ slot: TableGroup.Slot, in memory: borrowing Mapping, into words: inout MutableSpan<UInt64>
  ) -> TableSample {
    for _ in 0..<Self.attempts {
      // Acquiring: the index before the copy that it names.
      let index = table.mapping.loadAcquiring(
        UInt64.self, at: slot.block + Layout.Group.index)
      let copy = slot.values + (Int(truncatingIfNeeded: index) & slot.mask) * slot.stride
      let begin = memory.loadRelaxed(UInt64.self, at: copy + Layout.Copy.begin)
      let end = memory.loadRelaxed(UInt64.self, at: copy + Layout.Copy.end)
      memory.copyWords(
        at: copy + slot.copySize, count: slot.wordCount, areLatched: slot.mask > 0, into: &words)
      // Orders the reads of the copy before this look at the index.
      fenceAcquiring()
      let now = table.mapping.loadRelaxed(UInt64.self, at: slot.block + Layout.Group.index)
      guard slot.mask == 0 || now &- index < slot.mask else { continue }
      if memory.isBroken { return .broken }
      return .up(end == 0 || begin > end ? nil : Window(begin: begin, end: end))
    }
    return memory.isBroken ? .broken : .busy
  }
}

extension Mapping {
  /// Copies words into words of the caller's own.
  ///
  /// Each is read whole, but where the caller finds out afterwards whether they are: that is faster.
  @inline(__always)
  fileprivate func copyWords(
    at offset: Int, count: Int, areLatched: Bool, into words: inout MutableSpan<UInt64>
  ) {
    let source = unsafe UnsafeRawPointer(self.words(at: offset, count: count))
      .assumingMemoryBound(to: UInt64.self)
    unsafe words.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress, buffer.count >= count else { return }
      if areLatched {
        unsafe vitals_copy_latched(start, source, UInt64(count))
      } else {
        unsafe vitals_copy_words(start, source, UInt64(count))
      }
    }
  }
}
