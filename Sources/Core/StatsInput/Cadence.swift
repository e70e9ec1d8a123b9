/// Computes the deadlines of periodic samples, in nanoseconds of CLOCK_MONOTONIC.
///
///     var cadence = Cadence(every: 1_000_000_000, count: nil, from: monotonicNanoseconds())
///     while let deadline = cadence.nextDeadline() {
///       input.wait(until: deadline)
///       sampler.pass()
///       cadence.finish(at: monotonicNanoseconds())
///     }
///
/// Each deadline is one interval after the previous deadline, so that a late sample does not shift
/// later deadlines. If a sample takes longer than an interval, the missed deadlines are skipped.
public struct Cadence: Hashable, Sendable {
  /// The time between two samples, in nanoseconds.
  public var interval: UInt64
  /// The number of samples; nil means no limit.
  public let count: Int?
  /// The number of samples that are finished.
  public private(set) var finishedCount = 0
  private var base: UInt64

  /// Creates a cadence of `count` samples.
  ///
  /// - Parameters:
  ///   - interval: The time between two samples, in nanoseconds.
  ///   - count: The number of samples; nil means no limit.
  ///   - start: The first sample is due one interval after this time.
  public init(every interval: UInt64, count: Int?, from start: UInt64) {
    self.interval = interval
    self.count = count
    base = start
  }

  /// Advances to the next sample.
  ///
  /// - Returns: The deadline of the sample, or nil after the last sample.
  public mutating func nextDeadline() -> UInt64? {
    if let count, finishedCount >= count { return nil }
    base += interval
    return base
  }

  /// Makes the current sample due at `now`.
  ///
  /// The next deadline is one interval after `now`.
  public mutating func expedite(at now: UInt64) { base = now }

  /// Counts a sample as finished, and skips the deadlines that it missed.
  public mutating func finish(at now: UInt64) {
    finishedCount += 1
    skipMissed(at: now)
  }

  /// Skips deadlines that have passed without a sample.
  public mutating func skipMissed(at now: UInt64) { base = max(base, now - min(interval, now)) }
}
