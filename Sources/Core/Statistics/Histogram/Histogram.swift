/// Counts of samples by bucket, with exact integer bounds.
public struct Histogram: Hashable, Sendable {
  /// How values fall into buckets.
  ///
  /// Source: kernel document `virt/kvm/api.rst` 4.133; buckets are counted from 0 here.
  public enum Shape: Hashable, Sendable {
    /// Bucket k holds `bucketSize * k ..< bucketSize * (k + 1)`; the last is open.
    case linear(bucketSize: UInt64, count: Int)
    /// Bucket 0 holds 0, bucket k holds `2^(k-1) ..< 2^k`; the last is open.
    case log2(count: Int)

    /// The number of buckets.
    public var count: Int {
      switch self {
      case .linear(_, let count), .log2(let count): count
      }
    }
  }

  /// The values that fall into one bucket, or several side by side.
  public struct Bounds: Hashable, Sendable {
    /// The least value, inclusive.
    public let lower: UInt64
    /// The greatest value, inclusive; nil where there is no limit.
    public let upper: UInt64?

    public init(lower: UInt64, upper: UInt64?) {
      self.lower = lower
      self.upper = upper
    }
  }

  /// Two histograms have different buckets.
  public struct ShapeMismatch: Error, Hashable, Sendable {
    public let one: Shape
    public let other: Shape
  }

  public let shape: Shape
  /// The number of samples by bucket.
  public private(set) var counts: [UInt64]

  /// - Precondition: there is a count for each bucket.
  public init(shape: Shape, counts: [UInt64]) {
    precondition(counts.count == shape.count, "\(counts.count) counts, \(shape.count) buckets")
    self.shape = shape
    self.counts = counts
  }

  /// The histogram of a statistic in a record, or nil where it is none or not produced now.
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

  /// The number of all samples; it stops below the inactive marker, it does not wrap.
  ///
  /// Always the sum of the buckets: another counter may have been read at another moment.
  public var count: UInt64 {
    counts.reduce(0, Self.sum)
  }

  /// Adds the samples of another histogram of the same shape.
  public mutating func merge(_ other: Histogram) throws(ShapeMismatch) {
    guard shape == other.shape else { throw ShapeMismatch(one: shape, other: other.shape) }
    for index in counts.indices {
      counts[index] = Self.sum(counts[index], other.counts[index])
    }
  }

  private static func sum(_ one: UInt64, _ other: UInt64) -> UInt64 {
    let (sum, overflow) = one.addingReportingOverflow(other)
    return overflow ? Inactive.unsigned - 1 : min(sum, Inactive.unsigned - 1)
  }

  /// What became of a histogram between two samples.
  public enum Change: Hashable, Sendable {
    /// The samples that came.
    case increase(Histogram)
    /// A bucket fell, so all were reset: the samples that came after that.
    case reset(since: Histogram)
  }

  /// What came since `earlier`.
  ///
  /// One bucket that fell means a reset of the whole histogram.
  public func change(since earlier: Histogram) throws(ShapeMismatch) -> Change {
    guard shape == earlier.shape else { throw ShapeMismatch(one: shape, other: earlier.shape) }
    var difference = self
    for index in counts.indices {
      guard counts[index] >= earlier.counts[index] else { return .reset(since: self) }
      difference.counts[index] -= earlier.counts[index]
    }
    return .increase(difference)
  }
}

extension Histogram.Shape {
  /// The values that fall into bucket `index`, or nil where no 64-bit value does.
  public func bounds(of index: Int) -> Histogram.Bounds? {
    precondition(index >= 0 && index < count, "bucket \(index) of \(count)")
    let isLast = index == count - 1
    switch self {
    case .linear(let bucketSize, _):
      let (lower, overflow) = bucketSize.multipliedReportingOverflow(by: UInt64(index))
      guard !overflow else { return nil }
      if isLast { return .init(lower: lower, upper: nil) }
      // A width of 0 is a flaw of the schema: such a bucket is shown as its bound alone.
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

  /// The bucket that a value falls into.
  public func index(of value: UInt64) -> Int {
    switch self {
    case .linear(let bucketSize, let count):
      bucketSize == 0 ? count - 1 : Int(min(value / bucketSize, UInt64(count - 1)))
    case .log2(let count):
      min(UInt64.bitWidth - value.leadingZeroBitCount, count - 1)
    }
  }
}
