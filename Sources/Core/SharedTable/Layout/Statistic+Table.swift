import CVitals
import Statistics

extension Statistic {
  /// The flags of `vitals_statistic`.
  var tableFlags: UInt32 {
    let stabilityBits =
      switch stability {
      case .evolving: VITALS_EVOLVING.rawValue
      case .stable: VITALS_STABLE.rawValue
      case .internal: VITALS_INTERNAL.rawValue
      }
    let costBits =
      switch cost {
      case .free: VITALS_FREE.rawValue
      case .cheap: VITALS_CHEAP.rawValue
      case .heavy: VITALS_HEAVY.rawValue
      }
    return (isSigned ? VITALS_SIGNED.rawValue : 0)
      | stabilityBits << VITALS_STABILITY_SHIFT.rawValue | costBits << VITALS_COST_SHIFT.rawValue
  }

  /// Applies the fields of `vitals_statistic`.
  ///
  /// A stability or cost of a later version is ignored; the property then has its default.
  mutating func apply(_ facts: vitals_statistic) {
    isSigned = facts.flags & VITALS_SIGNED.rawValue != 0
    kind = Kind(tableNumber: facts.kind)
    stability =
      switch facts.flags >> VITALS_STABILITY_SHIFT.rawValue & 3 {
      case VITALS_STABLE.rawValue: .stable
      case VITALS_INTERNAL.rawValue: .internal
      default: .evolving
      }
    cost =
      switch facts.flags >> VITALS_COST_SHIFT.rawValue & 3 {
      case VITALS_CHEAP.rawValue: .cheap
      case VITALS_HEAVY.rawValue: .heavy
      default: .free
      }
  }

  /// The word that marks an inactive value.
  var inactiveWord: UInt64 { isSigned ? Inactive.signed : Inactive.unsigned }
}

extension Kind {
  /// The value of `enum vitals_kind`.
  var tableNumber: UInt32 {
    switch self {
    case .cumulative: VITALS_CUMULATIVE.rawValue
    case .instant: VITALS_INSTANT.rawValue
    case .peak: VITALS_PEAK.rawValue
    case .linearHistogram: VITALS_LINEAR_HISTOGRAM.rawValue
    case .logHistogram: VITALS_LOG_HISTOGRAM.rawValue
    case .state: VITALS_STATE.rawValue
    case .unknown(let raw): UInt32(raw)
    }
  }

  /// Creates the kind for a value of `enum vitals_kind`.
  ///
  /// A value that exceeds one byte becomes `unknown(255)`.
  init(tableNumber number: UInt32) {
    self =
      switch number {
      case VITALS_CUMULATIVE.rawValue: .cumulative
      case VITALS_INSTANT.rawValue: .instant
      case VITALS_PEAK.rawValue: .peak
      case VITALS_LINEAR_HISTOGRAM.rawValue: .linearHistogram
      case VITALS_LOG_HISTOGRAM.rawValue: .logHistogram
      case VITALS_STATE.rawValue: .state
      default: .unknown(UInt8(clamping: number))
      }
  }
}
