/// What became of a value between two samples; exact.
public enum Delta: Hashable, Sendable {
  /// A count grew by so much.
  case increase(UInt64)
  /// A count fell, so it was reset: `since` is what it has counted after that.
  ///
  /// What it had counted between the first sample and the reset is not known.
  case reset(since: UInt64)
  /// A level rose or fell by so much.
  case change(Int128)
  /// One of the two values is not there.
  case unknown

  /// The delta of one word.
  ///
  /// A cumulative value, a peak and a bucket of a histogram can only grow; if they fall it is a
  /// reset. All else are levels. A kind of a later version is taken as a level.
  public init(of statistic: Statistic, from earlier: UInt64, to later: UInt64) {
    if Inactive.marks(earlier, of: statistic) || Inactive.marks(later, of: statistic) {
      self = .unknown
      return
    }
    switch statistic.kind {
    case .cumulative, .peak, .linearHistogram, .logHistogram:
      let fell =
        statistic.isSigned
        ? Int64(bitPattern: later) < Int64(bitPattern: earlier) : later < earlier
      // Two's complement: the difference is right for signed words as well.
      self = fell ? .reset(since: later) : .increase(later &- earlier)
    case .instant, .state, .unknown:
      self = .change(
        Level(later, of: statistic).value - Level(earlier, of: statistic).value)
    }
  }
}

/// A level as a signed number.
///
/// The kernel's levels are unsigned words that may fall below zero for a moment when several CPUs
/// count: near 2^64 they are negative.
public struct Level: Hashable, Sendable {
  public let value: Int128

  public init(_ word: UInt64, of statistic: Statistic) {
    let mayBeNegative = statistic.isSigned || statistic.kind == .instant
    value = mayBeNegative ? Int128(Int64(bitPattern: word)) : Int128(word)
  }
}
