#if Metrics
import Statistics
import Synchronization

/// The fraction of an exact total that a word cannot show; word and fraction are the total,
/// rounded.
///
/// For any number of writers: no amount is lost, in whatever order they arrive.
struct Carry: ~Copyable, Sendable {
  private static let half: UInt64 = 1 << 63
  /// The word plus this fraction is the total plus one half.
  private let fraction = Atomic<UInt64>(half)

  /// Adds an amount.
  ///
  /// - Returns: The number of whole units to add to the word.
  func add(_ amount: FixedPoint) -> Int64 {
    let (old, new) = fraction.wrappingAdd(amount.fraction, ordering: .relaxed)
    return new < old ? amount.whole.addingSaturating(1) : amount.whole
  }

  /// Sets the total.
  ///
  /// - Returns: The value of the word, or `nil` if the word cannot hold it.
  func set(_ total: FixedPoint) -> Int64? {
    guard let shown = total.nextHalf, shown.whole > .min else { return nil }
    fraction.store(shown.fraction, ordering: .relaxed)
    return shown.whole
  }

  /// Sets the total to zero.
  func reset() {
    fraction.store(Self.half, ordering: .relaxed)
  }
}

extension Int64 {
  fileprivate func addingSaturating(_ other: Int64) -> Int64 {
    let (sum, isOver) = addingReportingOverflow(other)
    return isOver ? .max : sum
  }
}
#endif
