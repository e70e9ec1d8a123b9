public import Statistics
import Synchronization

/// Counts samples in the histogram of a relaxed record, and adds the samples to the counter of
/// their sum if there is such a counter.
@safe
public struct PublishedHistogram: @unchecked Sendable {
  public let shape: Histogram.Shape
  private let buckets: UnsafePointer<Atomic<UInt64>>
  private let sum: PublishedCounter?
  private let record: Record

  init(
    _ buckets: UnsafePointer<Atomic<UInt64>>, shape: Histogram.Shape, sum: PublishedCounter?,
    of record: Record
  ) {
    unsafe self.buckets = buckets
    self.shape = shape
    self.sum = sum
    self.record = record
  }

  /// Counts a sample, given in the statistic's scaled unit.
  ///
  /// Any number of threads can call this at the same time.
  public func observe(_ sample: UInt64) {
    unsafe PublishedCounter(buckets + shape.index(of: sample), of: record).add(1)
    sum?.add(sample)
  }
}
