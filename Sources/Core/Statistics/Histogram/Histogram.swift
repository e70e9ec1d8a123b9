/// Counts of samples by bucket; the bounds of the buckets are exact integers.
public struct Histogram: Hashable, Sendable {
  /// Assigns values to buckets.
  ///
  /// Source: kernel document `virt/kvm/api.rst` 4.133. Here, the index of the first bucket is 0.
  public enum Shape: Hashable, Sendable {
    /// Bucket k counts `bucketSize * k ..< bucketSize * (k + 1)`; the last bucket has no upper
    /// bound.
    case linear(bucketSize: UInt64, count: Int)
    /// Bucket 0 counts 0, bucket k `2^(k-1) ..< 2^k`; the last bucket has no upper bound.
    case log2(count: Int)

    /// The number of buckets.
    public var count: Int {
      switch self {
      case .linear(_, let count), .log2(let count): count
      }
    }
  }

  /// The range of values of one bucket or of adjacent buckets.
  public struct Bounds: Hashable, Sendable {
    /// The smallest value of the range.
    public let lower: UInt64
    /// The largest value of the range; `nil` if the range has no upper bound.
    public let upper: UInt64?

    public init(lower: UInt64, upper: UInt64?) {
      self.lower = lower
      self.upper = upper
    }
  }

  /// Thrown if two histograms have different buckets.
  public struct ShapeMismatchError: Error, Hashable, Sendable {
    public let lhs: Shape
    public let rhs: Shape
  }

  public let shape: Shape
  /// The number of samples in each bucket.
  public private(set) var counts: [UInt64]

  /// - Precondition: `counts` has one element per bucket.
  public init(shape: Shape, counts: [UInt64]) {
    precondition(counts.count == shape.count, "\(counts.count) counts, \(shape.count) buckets")
    self.shape = shape
    self.counts = counts
  }

  /// Reads the histogram of a statistic from a record.
  ///
  /// The result is `nil` if the statistic is not a histogram or is inactive.
  public init?(of statistic: Statistic, in record: Span<UInt64>) {
    guard let shape = statistic.histogramShape, shape.count > 0 else { return nil }
    var counts: [UInt64] = []
    counts.reserveCapacity(shape.count)
    for word in statistic.words {
      if Inactive.marks(record[word], of: statistic) { return nil }
      counts.append(record[word])
    }
    self.init(shape: shape, counts: counts)
  }

  /// The total number of samples; limited to the values below the inactive marker.
  ///
  /// The number is always the sum of the buckets. A separate counter of samples is not used,
  /// because such a counter might have been read at another time.
  public var count: UInt64 {
    counts.reduce(0, Self.sum)
  }

  /// Adds the samples of another histogram of the same shape.
  public mutating func merge(_ other: Histogram) throws(ShapeMismatchError) {
    guard shape == other.shape else { throw ShapeMismatchError(lhs: shape, rhs: other.shape) }
    for index in counts.indices {
      counts[index] = Self.sum(counts[index], other.counts[index])
    }
  }

  private static func sum(_ lhs: UInt64, _ rhs: UInt64) -> UInt64 {
    let (sum, overflow) = lhs.addingReportingOverflow(rhs)
    return overflow ? Inactive.unsigned - 1 : min(sum, Inactive.unsigned - 1)
  }

  /// The change of a histogram between two samples.
  public enum Change: Hashable, Sendable {
    /// The new samples.
    case increase(Histogram)
    /// A bucket fell, so the histogram was reset; `since` has the samples after the reset.
    case reset(since: Histogram)
  }

  /// Computes the change since `earlier`.
  ///
  /// A fall of any bucket means that the whole histogram was reset.
  public func change(since earlier: Histogram) throws(ShapeMismatchError) -> Change {
    guard shape == earlier.shape else {
      throw ShapeMismatchError(lhs: shape, rhs: earlier.shape)
    }
    var difference = self
    for index in counts.indices {
      guard counts[index] >= earlier.counts[index] else { return .reset(since: self) }
      difference.counts[index] -= earlier.counts[index]
    }
    return .increase(difference)
  }
}

extension Histogram.Shape {
  /// The range of values of bucket `index`; `nil` if it contains no 64-bit value.
  public func bounds(of index: Int) -> Histogram.Bounds? {
    precondition(index >= 0 && index < count, "bucket \(index) of \(count)")
    let isLast = index == count - 1
    switch self {
    case .linear(let bucketSize, _):
      let (lower, overflow) = bucketSize.multipliedReportingOverflow(by: UInt64(index))
      guard !overflow else { return nil }
      if isLast { return .init(lower: lower, upper: nil) }
      // A bucket size of 0 is an error in the schema; the bucket then contains only its lower
      // bound.
      guard bucketSize > 0 else { return .init(lower: lower, upper: lower) }
      let (upper, isOpen) = lower.addingReportingOverflow(bucketSize - 1)
      return .init(lower: lower, upper: isOpen ? .max : upper)
    case .log2:
      guard index <= 64 else { return nil }
      let lower: UInt64 = index == 0 ? 0 : 1 << UInt64(index - 1)
      if isLast { return .init(lower: lower, upper: nil) }
      return .init(lower: lower, upper: index == 64 ? .max : (1 << UInt64(index)) - 1)
    }
  }

  /// The index of the bucket of a value.
  public func index(of value: UInt64) -> Int {
    switch self {
    case .linear(let bucketSize, let count):
      bucketSize == 0 ? count - 1 : Int(min(value / bucketSize, UInt64(count - 1)))
    case .log2(let count):
      min(UInt64.bitWidth - value.leadingZeroBitCount, count - 1)
    }
  }
}
