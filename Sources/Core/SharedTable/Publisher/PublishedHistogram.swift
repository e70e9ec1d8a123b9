public import Statistics
import Synchronization

/// The buckets of a histogram in a relaxed record, and the counter of the sum if there is one.
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

  /// Counts a sample in the statistic's scaled unit, for any number of writers.
  public func observe(_ sample: UInt64) {
    unsafe PublishedCounter(buckets + shape.index(of: sample), of: record).add(1)
    sum?.add(sample)
  }
}
