/// How the values of a statistic behave over time.
///
/// The first five are those of the KVM binary statistics (kernel document `virt/kvm/api.rst`,
/// section 4.133).
public enum Kind: Hashable, Sendable {
  /// A count that only grows, until a reset.
  case cumulative
  /// A level that goes up and down.
  case instant
  /// The highest level so far.
  case peak
  /// Counts of samples in buckets of equal width.
  case linearHistogram
  /// Counts of samples in buckets that double in width.
  case logHistogram
  /// One of a list of names.
  case state
  /// A kind of a later version, kept as it was found.
  case unknown(UInt8)

  /// Whether the values are counts of samples by bucket.
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
