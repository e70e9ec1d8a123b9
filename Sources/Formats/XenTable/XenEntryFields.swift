import CVitals

/// Holds the fields of an entry by their position.
///
/// The fifth and the seventh field have different meanings in the entry of a vCPU and in the entry
/// of a domain. `XenVCPUEntry` and `XenDomainEntry` name these fields by their meanings.
public struct XenEntryFields: Hashable, Sendable {
  public var times: XenRunTimes
  /// The field at byte 40, which has 64 bits.
  public var fifth: XenField
  public var sampleTime: XenField
  /// The field at byte 56, which has 32 bits.
  public var seventh: XenField
  public var startTime: XenField
  public var generation: XenField

  /// An entry in which no field has a value.
  public static let inactive = XenEntryFields(
    times: XenRunTimes(running: .inactive), fifth: .inactive, sampleTime: .inactive,
    seventh: .inactive, startTime: .inactive, generation: .inactive)

  /// The number of fields.
  static let count = 9

  /// Accesses a field by the index of its bit in `valid`.
  subscript(index: Int) -> XenField {
    get {
      switch index {
      case 0: times.running
      case 1: times.runnable
      case 2: times.blocked
      case 3: times.offline
      case 4: fifth
      case 5: sampleTime
      case 6: seventh
      case 7: startTime
      case 8: generation
      default: preconditionFailure("field \(index)")
      }
    }
    set {
      switch index {
      case 0: times.running = newValue
      case 1: times.runnable = newValue
      case 2: times.blocked = newValue
      case 3: times.offline = newValue
      case 4: fifth = newValue
      case 5: sampleTime = newValue
      case 6: seventh = newValue
      case 7: startTime = newValue
      case 8: generation = newValue
      default: preconditionFailure("field \(index)")
      }
    }
  }

  /// Whether the entry has a word, usable or not, in at least one field.
  var isActive: Bool {
    for index in 0..<Self.count {
      switch self[index] {
      case .value, .unusable: return true
      case .notProduced, .inactive: break
      }
    }
    return false
  }

  /// A field's position in the entry.
  struct Position {
    let index: Int
    let offset: Int
    let width: Int
    let validBit: UInt32
    /// Whether a set top bit means that the field has no value.
    let isTime: Bool

    private init(_ index: Int, _ offset: Int, width: Int = 8, isTime: Bool = true) {
      self.index = index
      self.offset = offset
      self.width = width
      validBit = 1 << UInt32(index)
      self.isTime = isTime
    }

    /// The positions of all fields, in the order of their bits in `valid`.
    static let all: [9 of Position] = [
      Position(0, Int(VITALS_XEN_AT_TIME)),
      Position(1, Int(VITALS_XEN_AT_TIME) + 8),
      Position(2, Int(VITALS_XEN_AT_TIME) + 16),
      Position(3, Int(VITALS_XEN_AT_TIME) + 24),
      Position(4, Int(VITALS_XEN_AT_STATE_ENTRY)),
      Position(5, Int(VITALS_XEN_AT_SAMPLE)),
      Position(6, Int(VITALS_XEN_AT_STATE), width: 4, isTime: false),
      Position(7, Int(VITALS_XEN_AT_START)),
      Position(8, Int(VITALS_XEN_AT_GENERATION), isTime: false),
    ]

    /// Whether an entry of `size` bytes contains the whole field.
    func fits(in size: Int) -> Bool { offset + width <= size }

    /// Whether the field is part of the RFC (the table that was proposed for Xen in October 2023).
    var isProposed: Bool { fits(in: XenTableLayout.minimumSize) }
  }
}
