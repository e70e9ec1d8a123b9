import Statistics
import Testing

@Suite struct HistogramTests {
  private func log(_ counts: [UInt64]) -> Histogram {
    Histogram(shape: .log2(count: counts.count), counts: counts)
  }

  @Test("The buckets are read at the offset of the statistic")
  func read() throws {
    let statistic = Statistic("h", .linearHistogram, size: 3, offset: 16, bucketSize: 7)
    let read = Histogram(of: statistic, in: [9, 9, 1, 2, 3, 9].span)
    let histogram = try #require(read)
    #expect(histogram.shape == .linear(bucketSize: 7, count: 3))
    #expect(histogram.counts == [1, 2, 3])
    #expect(histogram.count == 6)
  }

  @Test(
    "A statistic that is inactive or not a histogram is rejected",
    arguments: [
      Statistic("h", .cumulative, size: 3), Statistic("h", .unknown(9), size: 3),
      Statistic("h", .logHistogram, size: 0), Statistic("h", .logHistogram, size: 4),
    ])
  func none(statistic: Statistic) {
    #expect(Histogram(of: statistic, in: [1, 2, 3, .max].span) == nil)
  }

  @Test("Merging adds the buckets")
  func merge() throws {
    var sum = log([1, 0, 3])
    try sum.merge(log([10, 20, 30]))
    #expect(sum == log([11, 20, 33]))
  }

  @Test(
    "Histograms with different buckets cannot be merged or compared",
    arguments: [
      Histogram(shape: .log2(count: 2), counts: [1, 2]),
      Histogram(shape: .linear(bucketSize: 1, count: 3), counts: [1, 2, 3]),
    ])
  func mismatch(other: Histogram) {
    let merge = #expect(throws: Histogram.ShapeMismatchError.self) {
      var sum = log([1, 2, 3])
      try sum.merge(other)
    }
    #expect(merge?.lhs == .log2(count: 3))
    #expect(merge?.rhs == other.shape)
    #expect(throws: Histogram.ShapeMismatchError.self) { try log([1, 2, 3]).change(since: other) }
    #expect(throws: Histogram.ShapeMismatchError.self) {
      var sum = Histogram(shape: .linear(bucketSize: 2, count: 3), counts: [0, 0, 0])
      try sum.merge(Histogram(shape: .linear(bucketSize: 3, count: 3), counts: [0, 0, 0]))
    }
  }

  @Test(
    "Sums saturate below the inactive marker",
    arguments: [
      (.max - 1, 1), (.max - 1, .max - 1), (1 << 63, 1 << 63), (.max - 2, 1),
    ] as [(UInt64, UInt64)])
  func saturation(one: UInt64, other: UInt64) throws {
    var sum = log([one, 0])
    try sum.merge(log([other, 0]))
    #expect(sum.counts == [.max - 1, 0])
    #expect(!Inactive.marks(sum.counts[0], of: Statistic("h", .logHistogram, size: 2)))
    #expect(log([one, other, 5]).count == UInt64.max - 1)
  }

  @Test("A change has the new samples")
  func increase() throws {
    let change = try log([3, 7, .max - 1]).change(since: log([3, 5, 1]))
    #expect(change == .increase(log([0, 2, .max - 2])))
  }

  @Test("A fall of one bucket is a reset of the histogram")
  func reset() throws {
    let change = try log([0, 500, 9]).change(since: log([1, 5, 1]))
    #expect(change == .reset(since: log([0, 500, 9])))
  }
}
