import CVitals
import LinuxSystem
import Synchronization

/// The bytes of one entry, with access for both sides of the table.
struct XenSlot {
  /// The offset of the first byte.
  let start: Int
  /// The number of bytes that contain fields.
  let size: Int
  /// Whether the table has a mark, so that the fields after those of the RFC are Vitals fields.
  let isMarked: Bool

  enum Outcome {
    case fields(XenEntryFields, attempts: Int)
    case busy(sequence: UInt32, attempts: Int)
  }

  // MARK: - Writing

  /// Initialises an entry without values from bytes that are all ones.
  func initialise(in mapping: borrowing Mapping) {
    mapping.storeRelaxed(UInt32(0), at: start)
    if hasValid { mapping.storeRelaxed(UInt32(0), at: start + Int(VITALS_XEN_AT_VALID)) }
  }

  /// Stores the fields that fit; a slot has a single writer.
  func update(_ fields: XenEntryFields, in mapping: borrowing Mapping) {
    let old = mapping.loadRelaxed(UInt32.self, at: start)
    // An odd sequence is from a dead writer: the entry stays closed to readers.
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

  /// Reads the fields of one update, with a limited number of attempts.
  func read(from mapping: borrowing Mapping, attempts: Int) -> Outcome {
    var last: UInt32 = 0
    var attempt = 0
    while attempt < max(attempts, 1) {
      attempt += 1
      let before = mapping.loadAcquiring(UInt32.self, at: start)
      last = before
      guard before.isMultiple(of: 2) else {
        // Memory after the last vCPU, if the table does not state the number of vCPUs.
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

  /// Whether sequence and running time are all ones: padding, not an entry in update.
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
