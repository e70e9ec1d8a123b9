import Statistics
import TestSupport
import Testing

@Suite struct QuantileTests {
  typealias Bounds = Histogram.Bounds

  /// A histogram with buckets of width 1, so that each bucket is one value.
  private func exact(_ values: some Sequence<UInt64>) -> Histogram {
    let shape = Histogram.Shape.linear(bucketSize: 1, count: 201)
    var counts = [UInt64](repeating: 0, count: shape.count)
    for value in values { counts[shape.index(of: value)] += 1 }
    return Histogram(shape: shape, counts: counts)
  }

  @Test("For 1 to 100, the quantile of n percent is n", arguments: 1...99)
  func hundredths(percent: Int) {
    let value = UInt64(percent)
    // As users write it: 0.07, whose product with 100 exceeds 7.
    let fraction = Double(percent) / 100
    #expect(exact(1...100).quantile(fraction) == Bounds(lower: value, upper: value))
  }

  @Test(
    "Known samples have known quantiles in logarithmic buckets",
    arguments: [
      (0, Bounds(lower: 0, upper: 0)), (0.5, Bounds(lower: 8, upper: 15)),
      (0.9, Bounds(lower: 512, upper: 1023)), (0.99, Bounds(lower: 1 << 30, upper: nil)),
      (1, Bounds(lower: 1 << 30, upper: nil)),
    ] as [(Double, Bounds)])
  func known(fraction: Double, bounds: Bounds) {
    // Ten samples: 0, four times 10, four times 1000 and 5 s in nanoseconds.
    let shape = Histogram.Shape.log2(count: 32)
    var counts = [UInt64](repeating: 0, count: 32)
    for value: UInt64 in [0, 10, 10, 10, 10, 1000, 1000, 1000, 1000, 5_000_000_000] {
      counts[shape.index(of: value)] += 1
    }
    #expect(Histogram(shape: shape, counts: counts).quantile(fraction) == bounds)
  }

  @Test("The quantile of 0 is the minimum and that of 1 the maximum")
  func ends() {
    let histogram = exact([7, 9, 150])
    #expect(histogram.quantile(0) == Bounds(lower: 7, upper: 7))
    #expect(histogram.quantile(1) == Bounds(lower: 150, upper: 150))
  }

  @Test(
    "The quantile of 1 is the maximum for any number of samples",
    arguments: [1 << 53, 1 << 53 + 1, 1 << 60, .max - 1] as [UInt64])
  func manySamples(count: UInt64) {
    let histogram = Histogram(shape: .log2(count: 3), counts: [count, 0, 1])
    #expect(histogram.quantile(1) == Bounds(lower: 2, upper: nil))
    #expect(histogram.quantile(0.5) == Bounds(lower: 0, upper: 0))
  }

  @Test("A histogram without samples has no quantile", arguments: [0, 0.5, 1] as [Double])
  func empty(fraction: Double) {
    #expect(exact([]).quantile(fraction) == nil)
  }

  @Test("The exact quantile is within the bounds", arguments: 0..<60 as Range<UInt64>)
  func property(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let shape = Histogram.Shape.log2(count: Int.random(in: 1...40, using: &random))
    let samples = (0..<Int.random(in: 1...300, using: &random)).map { _ in
      random.next() >> UInt64.random(in: 0...63, using: &random)
    }.sorted()
    var counts = [UInt64](repeating: 0, count: shape.count)
    for sample in samples { counts[shape.index(of: sample)] += 1 }
    let histogram = Histogram(shape: shape, counts: counts)
    for permille in [1, 100, 500, 900, 990, 999] {
      // In integers: the smallest rank that is at least the fraction of the total.
      let sample = samples[max(1, (samples.count * permille + 999) / 1000) - 1]
      let bounds = try #require(histogram.quantile(Double(permille) / 1000), "seed \(seed)")
      #expect(bounds.lower <= sample, "seed \(seed)")
      #expect(bounds.upper.map { $0 >= sample } ?? true, "seed \(seed)")
    }
  }
}
