import Statistics

/// Determines the order in which a monitor lists the buckets of a histogram.
///
/// QEMU 7.1 to 10.0 list the last bucket first. The documents do not specify the order, so a later
/// version might use another order without announcing it. The values reveal the order, because KVM
/// also counts the sum of some histograms as a separate statistic (`halt_wait_ns` for
/// `halt_wait_hist`). This sum must lie between the sum of the lower bounds and the sum of the
/// upper bounds of the samples' buckets. If the order is wrong, it rarely does. Until the values
/// have verified an order, "last bucket first" is assumed.
struct QMPBucketOrder: Hashable, Sendable {
  /// The number of consecutive answers that must agree.
  static let requiredAnswerCount = 3

  /// Whether the last bucket is listed first.
  private(set) var isReversed = true
  /// Whether the values have verified the order.
  ///
  /// A verified order is final.
  private(set) var isVerified = false
  private var votes = 0

  /// The result of comparing one histogram with its sum.
  enum Evidence: Hashable, Sendable {
    /// Only the order in which the histogram was read is possible.
    case right
    /// Only the opposite order is possible.
    case wrong
    /// Both orders are possible, or neither.
    case none

    /// Compares a histogram, in the order in which it was read, with the true sum of its samples.
    init(_ histogram: Histogram, sum: UInt64) {
      let reversed = Histogram(shape: histogram.shape, counts: histogram.counts.reversed())
      switch (Self.allows(histogram, sum), Self.allows(reversed, sum)) {
      case (true, false): self = .right
      case (false, true): self = .wrong
      default: self = .none
      }
    }

    /// Returns `true` if the samples of a histogram can have this sum.
    ///
    /// The sum and the buckets are not read atomically, so one of them might lack one sample.
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
      let minimum = lowest - min(lowest, widest)
      return UInt128(sum) >= minimum && highest.map { UInt128(sum) <= $0 + widest } ?? true
    }
  }

  /// Records the evidence of one answer.
  ///
  /// - Returns: `true` if the order has changed. The caller must then read the answer again.
  mutating func record(_ evidence: [Evidence]) -> Bool {
    guard !isVerified, evidence.contains(where: { $0 != .none }) else { return false }
    let isRight = !evidence.contains(.wrong)
    // Contradictory histograms prove nothing. They occur, for example, after a reset of one
    // histogram.
    guard isRight || !evidence.contains(.right) else { return false }
    votes = isRight ? max(votes, 0) + 1 : min(votes, 0) - 1
    guard abs(votes) >= Self.requiredAnswerCount else { return false }
    isVerified = true
    if !isRight { isReversed.toggle() }
    return !isRight
  }
}
