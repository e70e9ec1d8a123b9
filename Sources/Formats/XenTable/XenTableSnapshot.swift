import LinuxSystem
import Synchronization

/// A table's bytes and entries at one time, for checks.
struct XenTableSnapshot {
  /// The memory in words; a rest of less than 8 bytes is left out.
  private(set) var words: [UInt64]
  /// Each slot's sequence before its words were loaded.
  private(set) var before: [UInt32] = []
  /// Each slot's sequence after its words were loaded.
  private(set) var after: [UInt32] = []
  /// Each slot as a reader gets it.
  private(set) var outcomes: [XenSlot.Outcome] = []

  /// The attempts at each entry.
  let attempts: Int

  /// The longest memory that is looked at.
  static let largestByteCount = 64 << 20
  /// The most slots that are looked at; Xen has at most 8192 vCPUs in a domain.
  static let largestCount = 1 << 16

  /// Takes the bytes of a table.
  init(of mapping: borrowing Mapping, header: XenTableHeader) {
    let layout = header.layout
    // A table whose entries are all in update, for ever, takes a second and no more.
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

  /// Whether nobody updated a slot while its words were loaded.
  func isStable(_ index: Int) -> Bool {
    before[index] == after[index] && (before[index].isMultiple(of: 2) || isUnused(index))
  }

  /// Whether a slot is padding: an odd sequence, and yet a reader gets it.
  func isUnused(_ index: Int) -> Bool {
    guard before[index] == .max, case .fields = outcomes[index]
    else { return false }
    return true
  }

  /// The fields of a slot, or nil where it could not be read or has no number.
  func fields(_ index: Int) -> XenEntryFields? {
    guard case .fields(let fields, _) = outcomes[index], fields.isActive else { return nil }
    return fields
  }

  /// A byte of the memory, as it lies there.
  func byte(_ offset: Int) -> UInt8 {
    let word = words[offset / 8].littleEndian
    return UInt8(truncatingIfNeeded: word >> UInt64(offset % 8 * 8))
  }

  /// The bytes of `range` that are there.
  func clamped(_ range: Range<Int>) -> Range<Int> {
    range.clamped(to: 0..<words.count * 8)
  }

  /// The first byte of a range that is neither 0 nor all ones.
  func firstUsed(in range: Range<Int>) -> Int? {
    clamped(range).first { byte($0) != 0 && byte($0) != 0xff }
  }

  /// The first byte of a range that is another one in `other`.
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
