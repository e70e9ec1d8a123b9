#if Metrics
import Statistics
import Synchronization

/// Keeps the fraction of an exact total whose integer part is in a word of a table.
///
/// The word is the total, rounded to the nearest integer. Any number of threads can add amounts at
/// the same time. No amount is lost, whatever the order of the additions.
struct Carry: ~Copyable, Sendable {
  private static let half: UInt64 = 1 << 63
  /// The fraction, in units of 2^-64: the word plus this fraction is the total plus one half.
  private let fraction = Atomic<UInt64>(half)

  /// Adds an amount.
  ///
  /// - Returns: The integer that the caller must add to the word.
  func add(_ amount: FixedPoint) -> Int64 {
    let (old, new) = fraction.wrappingAdd(amount.fraction, ordering: .relaxed)
    return new < old ? amount.whole.addingSaturating(1) : amount.whole
  }

  /// Sets the total.
  ///
  /// - Returns: The rounded total to store in the word, or `nil` if the word cannot hold the total.
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
