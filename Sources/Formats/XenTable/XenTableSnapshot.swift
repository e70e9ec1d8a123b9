import LinuxSystem
import Synchronization

/// Copies the raw memory of a table and the fields of its slots, so that checks can compare two
/// such copies.
struct XenTableSnapshot {
  /// The memory of the table as words; if the size is not a multiple of 8, the last bytes are left
  /// out.
  private(set) var words: [UInt64]
  /// The sequence of each slot before its words were loaded.
  private(set) var before: [UInt32] = []
  /// The sequence of each slot after its words were loaded.
  private(set) var after: [UInt32] = []
  /// The outcome of reading each slot.
  private(set) var outcomes: [XenSlot.Outcome] = []

  /// The maximum number of attempts to read one slot.
  let attempts: Int

  /// The maximum size of a table's memory that checks accept, in bytes.
  static let maximumByteCount = 64 << 20
  /// The maximum number of slots that checks accept.
  ///
  /// This is more than Xen needs, because a domain of Xen has at most 8192 vCPUs.
  static let maximumSlotCount = 1 << 16

  /// Copies a table.
  init(of mapping: borrowing Mapping, header: XenTableHeader) {
    let layout = header.layout
    // This number limits the time to about one second, even if the updates of all entries remain
    // unfinished.
    attempts = min(10_000, (1 << 20) / max(layout.count, 1))
    words = []
    words.reserveCapacity(mapping.byteCount / 8)
    append(0..<layout.offset, of: mapping)
    for index in 0..<layout.count {
      let start = layout.offset(ofEntry: index)
      before.append(mapping.loadAcquiring(UInt32.self, at: start))
      append(start..<start + layout.stride, of: mapping)
      atomicMemoryFence(ordering: .acquiring)
      after.append(mapping.loadRelaxed(UInt32.self, at: start))
    }
    append(layout.byteCount..<mapping.byteCount, of: mapping)
    for index in 0..<layout.count {
      outcomes.append(header.slot(index).read(from: mapping, attempts: attempts))
    }
  }

  private mutating func append(_ bytes: Range<Int>, of mapping: borrowing Mapping) {
    var offset = bytes.lowerBound
    while offset + 8 <= bytes.upperBound {
      words.append(mapping.loadRelaxed(UInt64.self, at: offset))
      offset += 8
    }
  }

  /// Whether a slot was not updated while its words were loaded.
  func isStable(_ index: Int) -> Bool {
    before[index] == after[index] && (before[index].isMultiple(of: 2) || isUnused(index))
  }

  /// Whether a slot is padding instead of an entry.
  ///
  /// In padding, all bits of the sequence are ones. The sequence is therefore odd, as during an
  /// update, but a reader can read the slot and does not report `busy`.
  func isUnused(_ index: Int) -> Bool {
    guard before[index] == .max, case .fields = outcomes[index]
    else { return false }
    return true
  }

  /// The fields of a slot, or `nil` if it could not be read or has no values.
  func fields(_ index: Int) -> XenEntryFields? {
    guard case .fields(let fields, _) = outcomes[index], fields.isActive else { return nil }
    return fields
  }

  /// Returns the byte at an offset of the memory.
  func byte(_ offset: Int) -> UInt8 {
    let word = words[offset / 8].littleEndian
    return UInt8(truncatingIfNeeded: word >> UInt64(offset % 8 * 8))
  }

  /// Returns the part of `range` that the snapshot contains.
  func clamped(_ range: Range<Int>) -> Range<Int> {
    range.clamped(to: 0..<words.count * 8)
  }

  /// Returns the offset of the first byte in a range that is neither 0 nor all ones.
  func firstUsed(in range: Range<Int>) -> Int? {
    clamped(range).first { byte($0) != 0 && byte($0) != 0xff }
  }

  /// Returns the offset of the first byte in a range that differs from the byte in `other`.
  func firstDifference(from other: XenTableSnapshot, in range: Range<Int>) -> Int? {
    let common = other.clamped(clamped(range))
    return common.first { offset in
      if offset.isMultiple(of: 8), offset + 8 <= common.upperBound,
        words[offset / 8] == other.words[offset / 8]
      {
        return false
      }
      return byte(offset) != other.byte(offset)
    }
  }
}
