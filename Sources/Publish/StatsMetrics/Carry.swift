#if Metrics
import Statistics
import Synchronization

/// What of an exact total a word cannot show: with it, the word is the total, rounded.
///
/// By any number of writers: no amount is lost, in whichever order they come.
struct Carry: ~Copyable, Sendable {
  private static let half: UInt64 = 1 << 63
  /// The word and this are the total and a half.
  private let fraction = Atomic<UInt64>(half)

  /// Takes an amount: how many whole units more the word is to show.
  func add(_ amount: FixedPoint) -> Int64 {
    let (old, new) = fraction.wrappingAdd(amount.fraction, ordering: .relaxed)
    return new < old ? amount.whole.addingSaturating(1) : amount.whole
  }

  /// The total is this: what the word is to show, or nil where it cannot.
  func set(_ total: FixedPoint) -> Int64? {
    guard let shown = total.nextHalf, shown.whole > .min else { return nil }
    fraction.store(shown.fraction, ordering: .relaxed)
    return shown.whole
  }

  /// The total is zero.
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
