import CVitals
import LinuxSystem
import Statistics
import Synchronization

/// Lets several owners share a mapping.
final class SharedMapping {
  let mapping: Mapping

  init(_ mapping: consuming Mapping) {
    self.mapping = mapping
  }
}

/// Samples groups from a table's memory, which the view keeps mapped.
///
/// Load the reader's view once for all samples of the same time, so that the single samples do not
/// change its reference count.
public final class TableView {
  let table: SharedMapping
  let onDemand: OnDemandMapping?

  init(_ table: SharedMapping, onDemand: OnDemandMapping?) {
    self.table = table
    self.onDemand = onDemand
  }

  /// The maximum number of attempts to copy a group, if updates disturb the copy.
  private static let attempts = 8

  /// Copies the words of a group, in the order of its schema.
  ///
  /// Makes no system call and allocates no memory.
  ///
  /// - Parameters:
  ///   - slot: The location of one of the reader's groups, from the reader's last refresh.
  ///   - words: The buffer. It must have at least as many words as the schema.
  /// - Returns: Whether the words are valid, and their window.
  public func sample(_ slot: TableGroup.Slot, into words: inout MutableSpan<UInt64>) -> TableSample
  {
    precondition(words.count >= slot.wordCount, "\(words.count) words for \(slot.wordCount)")
    let block = unsafe block(of: slot)
    // Acquiring: orders the load of the status before the loads of the words.
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
    return .notCurrent(TableStatus(word: status, since: since))
  }

  private func sampleOnDemand(
    _ slot: TableGroup.Slot, into words: inout MutableSpan<UInt64>
  ) -> TableSample {
    let block = unsafe block(of: slot)
    let demand = unsafe block + Layout.Group.demand / 8
    // Acquiring: orders the load of the start time before the load of the demand.
    let start = unsafe block[Layout.Group.start / 8].load(ordering: .acquiring)
    // Acquiring: orders the load of the demand before the loads of the words.
    let isDisabled = unsafe demand.pointee.load(ordering: .acquiring) == 0
    let serial = table.mapping.loadAcquiring(UInt64.self, at: Layout.Header.annexSerial)
    // If the segment was mapped before the group was added, the mapping is too short. The next
    // refresh maps the segment again.
    guard !isDisabled, let onDemand, onDemand.serial == serial,
      onDemand.mapping.byteCount >= slot.end
    else { return .disabled }
    let outcome = unsafe sample(slot, block, in: onDemand.mapping, into: &words)
    // Disabling the group frees its memory, and enabling it again resets the values.
    let isUnchanged =
      unsafe table.mapping.loadRelaxed(UInt64.self, at: Layout.Header.annexSerial) == serial
      && block[Layout.Group.start / 8].load(ordering: .relaxed) == start
      && demand.pointee.load(ordering: .relaxed) > 0
    return isUnchanged ? outcome : .disabled
  }

  /// Returns the address of a group's block, with access to all fields of `vitals_group`.
  @inline(__always)
  private func block(of slot: TableGroup.Slot) -> UnsafePointer<Atomic<UInt64>> {
    unsafe table.mapping.words(at: slot.block, count: Layout.Group.demand / 8 + 1)
  }

  /// Copies values from `memory`, which is either that of the table or of the on-demand segment.
  @inline(__always)
  private func sample(
    _ slot: TableGroup.Slot, _ block: UnsafePointer<Atomic<UInt64>>,
    in memory: borrowing Mapping, into words: inout MutableSpan<UInt64>
  ) -> TableSample {
    for _ in 0..<Self.attempts {
      // Acquiring: orders the load of the index before the loads of the copy that it selects.
      let index = unsafe block[Layout.Group.index / 8].load(ordering: .acquiring)
      let place = slot.values + (Int(truncatingIfNeeded: index) & slot.mask) * slot.stride
      let copy = unsafe memory.words(at: place, count: slot.copySize / 8 + slot.wordCount)
      let begin = unsafe copy[Layout.Copy.begin / 8].load(ordering: .relaxed)
      let end = unsafe copy[Layout.Copy.end / 8].load(ordering: .relaxed)
      unsafe words.fill(
        from: copy + slot.copySize / 8, count: slot.wordCount, areLatched: slot.mask > 0)
      // Orders the reads of the copy before the second load of the index.
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
  /// Copies words while the publisher might write them.
  ///
  /// In a relaxed group, each word is read whole. A latched group permits a faster copy, because
  /// the caller compares the index of the group afterwards.
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
