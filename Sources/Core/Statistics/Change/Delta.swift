/// The exact change of a value between two samples.
public enum Delta: Hashable, Sendable {
  /// Growth of a count.
  case increase(UInt64)
  /// A count fell, which means that it was reset; `since` is the growth after the reset.
  ///
  /// The growth between the first sample and the reset is unknown.
  case reset(since: UInt64)
  /// Rise or fall of a level.
  case change(Int128)
  /// One of the two values is inactive.
  case unknown

  /// Computes the delta of one word.
  ///
  /// A cumulative value, a peak and a histogram bucket can only grow: a fall is a reset. All other
  /// kinds, also kinds of later versions, are levels.
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
      // Two's complement: the difference is correct for signed words as well.
      self = fell ? .reset(since: later) : .increase(later &- earlier)
    case .instant, .state, .unknown:
      self = .change(
        Level(later, of: statistic).value - Level(earlier, of: statistic).value)
    }
  }
}

/// A level as a signed number.
///
/// Levels in the kernel are unsigned words that may fall below zero for a moment while several CPUs
/// count. Values near 2^64 are therefore negative.
public struct Level: Hashable, Sendable {
  public let value: Int128

  public init(_ word: UInt64, of statistic: Statistic) {
    let mayBeNegative = statistic.isSigned || statistic.kind == .instant
    value = mayBeNegative ? Int128(Int64(bitPattern: word)) : Int128(word)
  }
}
