/// The behaviour of a statistic's values over time.
///
/// The first five kinds are those of KVM binary statistics (kernel document `virt/kvm/api.rst`,
/// section 4.133).
public enum Kind: Hashable, Sendable {
  /// A count that grows until it is reset.
  case cumulative
  /// A level that rises and falls.
  case instant
  /// The highest level so far.
  case peak
  /// Sample counts in buckets of equal width.
  case linearHistogram
  /// Sample counts in buckets whose width doubles.
  case logHistogram
  /// An index into a list of names.
  case state
  /// A kind of a later version, with its raw code.
  case unknown(UInt8)

  /// Returns `true` if the words are sample counts by bucket.
  public var isHistogram: Bool {
    self == .linearHistogram || self == .logHistogram
  }
}

extension Kind: CustomStringConvertible {
  public var description: String {
    switch self {
    case .cumulative: "cumulative"
    case .instant: "instant"
    case .peak: "peak"
    case .linearHistogram: "linear-histogram"
    case .logHistogram: "log-histogram"
    case .state: "state"
    case .unknown(let raw): "unknown(\(raw))"
    }
  }
}
