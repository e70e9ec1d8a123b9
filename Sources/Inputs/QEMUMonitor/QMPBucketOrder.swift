import Statistics

/// Which end of a histogram a monitor lists first.
///
/// QEMU 7.1 to 10.0 list the last bucket first, and so may all; the documents are silent, so a
/// version that turns it round would not be noticed by its number. The numbers themselves tell:
/// the sum that KVM keeps beside a histogram (`halt_wait_ns` beside `halt_wait_hist`) lies between
/// the sums of the buckets' lower and upper bounds, and with the buckets in the wrong order it
/// rarely does. Until that has been seen the rule is "last bucket first".
struct QMPBucketOrder: Hashable, Sendable {
  /// How many answers in a row must say the same.
  static let answersNeeded = 3

  /// Whether the last bucket is listed first.
  private(set) var isTurned = true
  /// Whether the numbers have decided it; they are not asked again.
  private(set) var isVerified = false
  private var votes = 0

  /// What one histogram says of itself.
  enum Evidence: Hashable, Sendable {
    /// The order in which it was read is the only possible one.
    case right
    /// Only the other order is possible.
    case wrong
    /// Both are, or neither.
    case none

    /// Judges a histogram, as it was read, by the true sum of its samples.
    init(_ histogram: Histogram, sum: UInt64) {
      let turned = Histogram(shape: histogram.shape, counts: histogram.counts.reversed())
      switch (Self.allows(histogram, sum), Self.allows(turned, sum)) {
      case (true, false): self = .right
      case (false, true): self = .wrong
      default: self = .none
      }
    }

    /// Whether samples in these buckets can have this sum.
    ///
    /// The sum and the buckets are not read at one moment: one sample may be in one only.
    private static func allows(_ histogram: Histogram, _ sum: UInt64) -> Bool {
      var lowest: UInt128 = 0
      var highest: UInt128? = 0
      var widest: UInt128 = 0
      for (index, count) in histogram.counts.enumerated() where count > 0 {
        guard let bounds = histogram.shape.bounds(of: index) else { return false }
        lowest += UInt128(count) * UInt128(bounds.lower)
        if let upper = bounds.upper, let sum = highest {
          highest = sum + UInt128(count) * UInt128(upper)
          widest = UInt128(upper)
        } else {
          highest = nil
        }
      }
      let leastDue = lowest - min(lowest, widest)
      return UInt128(sum) >= leastDue && highest.map { UInt128(sum) <= $0 + widest } ?? true
    }
  }

  /// Counts what one answer's histograms say together.
  ///
  /// - Returns: whether the order has changed, so that the answer has to be read again.
  mutating func judge(_ evidence: [Evidence]) -> Bool {
    guard !isVerified, evidence.contains(where: { $0 != .none }) else { return false }
    let isRight = !evidence.contains(.wrong)
    // Histograms that contradict each other, as after a reset of one, prove nothing.
    guard isRight || !evidence.contains(.right) else { return false }
    votes = isRight ? max(votes, 0) + 1 : min(votes, 0) - 1
    guard abs(votes) >= Self.answersNeeded else { return false }
    isVerified = true
    if !isRight { isTurned.toggle() }
    return !isRight
  }
}
