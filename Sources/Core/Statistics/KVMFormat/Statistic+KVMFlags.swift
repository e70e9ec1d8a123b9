extension Statistic {
  /// The `flags` word of a KVM descriptor: kind in bits 0-3, unit in 4-7, base in 8-11.
  ///
  /// KVM has no kind for states, so a state is encoded as an instant value.
  public var kvmFlags: UInt32 {
    let kindBits: UInt32 =
      switch kind {
      case .cumulative: 0
      case .instant, .state: 1
      case .peak: 2
      case .linearHistogram: 3
      case .logHistogram: 4
      case .unknown(let raw): UInt32(raw & 0xf)
      }
    let unitBits: UInt32 =
      switch unit {
      case .none: 0
      case .bytes: 1
      case .seconds: 2
      case .cycles: 3
      case .boolean: 4
      case .unknown(let raw): UInt32(raw & 0xf)
      }
    let baseBits: UInt32 =
      switch scale.base {
      case .ten: 0
      case .two: 1
      case .unknown(let raw): UInt32(raw & 0xf)
      }
    return kindBits | unitBits << 4 | baseBits << 8 | (reservedFlags & ~0xfff)
  }
}

extension Kind {
  /// Decodes the kind from the flags of a KVM descriptor.
  init(kvmFlags flags: UInt32) {
    self =
      switch UInt8(flags & 0xf) {
      case 0: .cumulative
      case 1: .instant
      case 2: .peak
      case 3: .linearHistogram
      case 4: .logHistogram
      case let raw: .unknown(raw)
      }
  }
}

extension Unit {
  /// Decodes the unit from the flags of a KVM descriptor.
  init(kvmFlags flags: UInt32) {
    self =
      switch UInt8(flags >> 4 & 0xf) {
      case 0: .none
      case 1: .bytes
      case 2: .seconds
      case 3: .cycles
      case 4: .boolean
      case let raw: .unknown(raw)
      }
  }
}

extension Scale.Base {
  /// Decodes the base from the flags of a KVM descriptor.
  init(kvmFlags flags: UInt32) {
    self =
      switch UInt8(flags >> 8 & 0xf) {
      case 0: .ten
      case 1: .two
      case let raw: .unknown(raw)
      }
  }
}
