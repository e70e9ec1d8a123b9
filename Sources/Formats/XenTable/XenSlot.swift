import CVitals
import LinuxSystem
import Synchronization

/// Reads and writes the bytes of one entry.
struct XenSlot {
  /// The offset of the first byte.
  let start: Int
  /// The number of bytes that contain fields.
  let size: Int
  /// Whether the table has a mark (the Vitals extension of the header).
  ///
  /// Only in a table with a mark, the bytes after the fields of the RFC contain the fields of
  /// Vitals.
  let isMarked: Bool

  enum Outcome {
    case fields(XenEntryFields, attempts: Int)
    case busy(sequence: UInt32, attempts: Int)
  }

  // MARK: - Writing

  /// Initialises an entry without values.
  ///
  /// - Precondition: All bits of the entry are ones.
  func initialise(in mapping: borrowing Mapping) {
    mapping.storeRelaxed(UInt32(0), at: start)
    if hasValid { mapping.storeRelaxed(UInt32(0), at: start + Int(VITALS_XEN_AT_VALID)) }
  }

  /// Stores the fields that fit into the entry.
  ///
  /// - Precondition: No other thread or process writes this slot.
  func update(_ fields: XenEntryFields, in mapping: borrowing Mapping) {
    let old = mapping.loadRelaxed(UInt32.self, at: start)
    // If the sequence is odd, a writer died during an update. The sequence then stays odd, so that
    // readers still wait.
    let odd = old.isMultiple(of: 2) ? old &+ 1 : old &+ 2
    mapping.storeRelaxed(odd, at: start)
    atomicMemoryFence(ordering: .releasing)
    var valid: UInt32 = 0
    for index in 0..<XenEntryFields.count {
      let position = XenEntryFields.Position.all[index]
      guard holds(position) else { continue }
      let word: UInt64
      switch fields[index] {
      case .value(let value), .unusable(let value):
        word = value
        valid |= position.validBit
      case .inactive, .notProduced:
        word = .max
      }
      if position.width == 4 {
        mapping.storeRelaxed(UInt32(truncatingIfNeeded: word), at: start + position.offset)
      } else {
        mapping.storeRelaxed(word, at: start + position.offset)
      }
    }
    if hasValid { mapping.storeRelaxed(valid, at: start + Int(VITALS_XEN_AT_VALID)) }
    mapping.storeReleasing(odd &+ 1, at: start)
  }

  // MARK: - Reading

  /// Reads fields that are all from one update, with a limited number of attempts.
  func read(from mapping: borrowing Mapping, attempts: Int) -> Outcome {
    var last: UInt32 = 0
    var attempt = 0
    while attempt < max(attempts, 1) {
      attempt += 1
      let before = mapping.loadAcquiring(UInt32.self, at: start)
      last = before
      guard before.isMultiple(of: 2) else {
        // The table has no count of vCPUs, and the slot is after the last vCPU.
        if isUnused(before, mapping) { return .fields(.inactive, attempts: attempt) }
        continue
      }
      let fields = loadFields(from: mapping)
      atomicMemoryFence(ordering: .acquiring)
      last = mapping.loadRelaxed(UInt32.self, at: start)
      if last == before { return .fields(fields, attempts: attempt) }
    }
    return .busy(sequence: last, attempts: attempt)
  }

  /// Whether the sequence and the running time are all ones.
  ///
  /// Such a slot is padding, not an entry.
  private func isUnused(_ sequence: UInt32, _ mapping: borrowing Mapping) -> Bool {
    sequence == .max
      && mapping.loadRelaxed(UInt64.self, at: start + Int(VITALS_XEN_AT_TIME)) == .max
  }

  private func loadFields(from mapping: borrowing Mapping) -> XenEntryFields {
    var fields = XenEntryFields.inactive
    let valid =
      hasValid ? mapping.loadRelaxed(UInt32.self, at: start + Int(VITALS_XEN_AT_VALID)) : .max
    for index in 0..<XenEntryFields.count {
      let position = XenEntryFields.Position.all[index]
      guard holds(position) else {
        fields[index] = .notProduced
        continue
      }
      guard valid & position.validBit != 0 else { continue }
      if position.width == 4 {
        let word = mapping.loadRelaxed(UInt32.self, at: start + position.offset)
        fields[index] = word == .max ? .inactive : .value(UInt64(word))
      } else {
        let word = mapping.loadRelaxed(UInt64.self, at: start + position.offset)
        fields[index] =
          word == .max
          ? .inactive : position.isTime && word >> 63 == 1 ? .unusable(word) : .value(word)
      }
    }
    return fields
  }

  private func holds(_ position: XenEntryFields.Position) -> Bool {
    position.fits(in: size) && (isMarked || position.isProposed)
  }

  private var hasValid: Bool {
    isMarked && size >= Int(VITALS_XEN_AT_VALID) + 4
  }
}
