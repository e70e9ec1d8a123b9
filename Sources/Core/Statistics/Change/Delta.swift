/// The exact change of a value between two samples.
public enum Delta: Hashable, Sendable {
  /// The growth of a count.
  case increase(UInt64)
  /// A count fell, which means that it was reset; `since` is the growth after the reset.
  ///
  /// The growth between the first sample and the reset is unknown.
  case reset(since: UInt64)
  /// The change of a level, positive if the level rose.
  case change(Int128)
  /// One of the two values is inactive.
  case unknown

  /// Computes the change of one word.
  ///
  /// Cumulative values, peaks and histogram buckets can only grow, so a fall of such a value means
  /// a reset. Values of all other kinds are levels; this includes kinds that later versions of the
  /// format add.
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
      // In two's complement, the difference is correct for signed words as well.
      self = fell ? .reset(since: later) : .increase(later &- earlier)
    case .instant, .state, .unknown:
      self = .change(
        Level(later, of: statistic).value - Level(earlier, of: statistic).value)
    }
  }
}

/// A level as a signed number.
///
/// In the kernel, an instant value is an unsigned word. While several CPUs count, it is possible
/// that the word falls below zero for a moment. Therefore, values near 2^64 are read as negative
/// numbers.
public struct Level: Hashable, Sendable {
  public let value: Int128

  public init(_ word: UInt64, of statistic: Statistic) {
    let mayBeNegative = statistic.isSigned || statistic.kind == .instant
    value = mayBeNegative ? Int128(Int64(bitPattern: word)) : Int128(word)
  }
}
