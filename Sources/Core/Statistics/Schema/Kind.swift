/// Tells how the values of a statistic behave over time.
///
/// The first five kinds are those of KVM binary statistics (kernel document `virt/kvm/api.rst`,
/// section 4.133).
public enum Kind: Hashable, Sendable {
  /// A count that grows until it is reset.
  case cumulative
  /// A level, which rises and falls.
  case instant
  /// The highest level since the statistic began to count.
  case peak
  /// Counts of samples in buckets of equal width.
  case linearHistogram
  /// Counts of samples in buckets of which each is twice as wide as the one before it.
  case logHistogram
  /// An index into a list of names.
  case state
  /// A kind that only later versions of the format define, with its raw code.
  case unknown(UInt8)

  /// Returns `true` if the words are counts of samples by bucket.
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
