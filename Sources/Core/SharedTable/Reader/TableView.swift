import CVitals
import LinuxSystem
import Statistics
import Synchronization

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
  let annex: OnDemandMapping?

  init(_ table: SharedMapping, annex: OnDemandMapping?) {
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
    let block = unsafe block(of: slot)
    // Acquiring: the status before the words that it is about.
    let status = unsafe block[Layout.Group.status / 8].load(ordering: .acquiring)
    let outcome =
      slot.isOnDemand
      ? sampleOnDemand(slot, into: &words)
      : unsafe sample(slot, block, in: table.mapping, into: &words)
    guard unsafe block[Layout.Block.id / 8].load(ordering: .relaxed) == slot.id else {
      return table.mapping.isBroken ? .broken : .removed
    }
    guard status != 0, case .up = outcome else { return outcome }
    let since = unsafe block[Layout.Group.statusSince / 8].load(ordering: .relaxed)
    return .old(TableStatus(word: status, since: since))
  }

  private func sampleOnDemand(
    _ slot: TableGroup.Slot, into words: inout MutableSpan<UInt64>
  ) -> TableSample {
    let block = unsafe block(of: slot)
    let demand = unsafe block + Layout.Group.demand / 8
    // Acquiring: the time of the last wake before the demand that came with it.
    let start = unsafe block[Layout.Group.start / 8].load(ordering: .acquiring)
    // Acquiring: the demand before the words that are there because of it.
    let isAsleep = unsafe demand.pointee.load(ordering: .acquiring) == 0
    let serial = table.mapping.loadAcquiring(UInt64.self, at: Layout.Header.annexSerial)
    // An annex that was mapped before it had the group is mapped anew by the next refresh.
    guard !isAsleep, let annex, annex.serial == serial, annex.mapping.byteCount >= slot.end else {
      return .asleep
    }
    let outcome = unsafe sample(slot, block, in: annex.mapping, into: &words)
    // Whoever let it sleep meanwhile let its memory go, and whoever woke it again began it anew.
    let isStillThere =
      unsafe table.mapping.loadRelaxed(UInt64.self, at: Layout.Header.annexSerial) == serial
      && block[Layout.Group.start / 8].load(ordering: .relaxed) == start
      && demand.pointee.load(ordering: .relaxed) > 0
    return isStillThere ? outcome : .asleep
  }

  /// The words of a group's block, up to its last field.
  @inline(__always)
  private func block(of slot: TableGroup.Slot) -> UnsafePointer<Atomic<UInt64>> {
    unsafe table.mapping.words(at: slot.block, count: Layout.Group.demand / 8 + 1)
  }

  /// A sample of values that lie in `memory`, the table's or the annex's.
  @inline(__always)
  private func sample(
    _ slot: TableGroup.Slot, _ block: UnsafePointer<Atomic<UInt64>>,
    in memory: borrowing Mapping, into words: inout MutableSpan<UInt64>
  ) -> TableSample {
    for _ in 0..<Self.attempts {
      // Acquiring: the index before the copy that it names.
      let index = unsafe block[Layout.Group.index / 8].load(ordering: .acquiring)
      let place = slot.values + (Int(truncatingIfNeeded: index) & slot.mask) * slot.stride
      let copy = unsafe memory.words(at: place, count: slot.copySize / 8 + slot.wordCount)
      let begin = unsafe copy[Layout.Copy.begin / 8].load(ordering: .relaxed)
      let end = unsafe copy[Layout.Copy.end / 8].load(ordering: .relaxed)
      unsafe words.fill(
        from: copy + slot.copySize / 8, count: slot.wordCount, areLatched: slot.mask > 0)
      // Orders the reads of the copy before this look at the index.
      fenceAcquiring()
      let now = unsafe block[Layout.Group.index / 8].load(ordering: .relaxed)
      guard slot.mask == 0 || now &- index < slot.mask else { continue }
      if memory.isBroken { return .broken }
      return .up(end == 0 || begin > end ? nil : Window(begin: begin, end: end))
    }
    return memory.isBroken ? .broken : .busy
  }
}

extension MutableSpan<UInt64> {
  /// Copies words that somebody may be writing.
  ///
  /// Each is read whole, but where the caller finds out afterwards whether they are: that is faster.
  @inline(__always)
  fileprivate mutating func fill(
    from source: UnsafePointer<Atomic<UInt64>>, count: Int, areLatched: Bool
  ) {
    let source = unsafe UnsafeRawPointer(source).assumingMemoryBound(to: UInt64.self)
    unsafe withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress, buffer.count >= count else { return }
      if areLatched {
        unsafe vitals_copy_latched(start, source, UInt64(count))
      } else {
        unsafe vitals_copy_words(start, source, UInt64(count))
      }
    }
  }
}
