import Statistics
import Testing

@Suite struct HistogramShapeTests {
  typealias Shape = Histogram.Shape
  typealias Bounds = Histogram.Bounds

  private static func all(_ shape: Shape) -> [Bounds?] {
    (0..<shape.count).map(shape.bounds(of:))
  }

  @Test("A KVM logarithmic histogram has 32 buckets with known bounds")
  func log32() {
    let uppers: [UInt64] = [
      0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1023, 2047, 4095, 8191, 16383, 32767, 65535, 131_071,
      262_143, 524_287, 1_048_575, 2_097_151, 4_194_303, 8_388_607, 16_777_215, 33_554_431,
      67_108_863, 134_217_727, 268_435_455, 536_870_911, 1_073_741_823,
    ]
    let lowers: [UInt64] = [
      0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536,
      131_072, 262_144, 524_288, 1_048_576, 2_097_152, 4_194_304, 8_388_608, 16_777_216,
      33_554_432, 67_108_864, 134_217_728, 268_435_456, 536_870_912, 1_073_741_824,
    ]
    let expected = zip(lowers, uppers + [nil]).map { Bounds(lower: $0, upper: $1) }
    #expect(Self.all(.log2(count: 32)) == expected)
  }

  @Test(
    "Logarithmic histograms with few buckets have the right bounds",
    arguments: [
      (1, [Bounds(lower: 0, upper: nil)]),
      (2, [Bounds(lower: 0, upper: 0), Bounds(lower: 1, upper: nil)]),
      (
        3, [Bounds(lower: 0, upper: 0), Bounds(lower: 1, upper: 1), Bounds(lower: 2, upper: nil)]
      ),
    ])
  func logFew(count: Int, expected: [Bounds]) {
    #expect(Self.all(.log2(count: count)) == expected)
  }

  @Test(
    "Logarithmic histograms with many buckets have the right bounds",
    arguments: [
      (64, 62, Bounds(lower: 1 << 61, upper: 1 << 62 - 1)),
      (64, 63, Bounds(lower: 1 << 62, upper: nil)),
      (65, 63, Bounds(lower: 1 << 62, upper: 1 << 63 - 1)),
      (65, 64, Bounds(lower: 1 << 63, upper: nil)),
      (70, 64, Bounds(lower: 1 << 63, upper: .max)), (70, 65, nil), (70, 69, nil),
    ] as [(Int, Int, Bounds?)])
  func logMany(count: Int, index: Int, expected: Bounds?) {
    #expect(Shape.log2(count: count).bounds(of: index) == expected)
  }

  @Test("Linear buckets have equal width, and the last one is unbounded")
  func linear() {
    #expect(
      Self.all(.linear(bucketSize: 5, count: 3)) == [
        Bounds(lower: 0, upper: 4), Bounds(lower: 5, upper: 9), Bounds(lower: 10, upper: nil),
      ])
    #expect(Self.all(.linear(bucketSize: 1, count: 1)) == [Bounds(lower: 0, upper: nil)])
  }

  @Test("Linear buckets beyond 64 bits have no bounds")
  func linearFar() {
    #expect(
      Self.all(.linear(bucketSize: 1 << 63, count: 4)) == [
        Bounds(lower: 0, upper: 1 << 63 - 1), Bounds(lower: 1 << 63, upper: .max), nil, nil,
      ])
  }

  @Test(
    "Values are assigned to the buckets that the kernel uses",
    arguments: [
      (Shape.log2(count: 32), 0, 0), (.log2(count: 32), 1, 1), (.log2(count: 32), 2, 2),
      (.log2(count: 32), 3, 2), (.log2(count: 32), 1 << 30 - 1, 30),
      (.log2(count: 32), 1 << 30, 31),
      (.log2(count: 32), .max, 31), (.log2(count: 1), 9, 0), (.log2(count: 70), .max, 64),
      (.linear(bucketSize: 5, count: 3), 4, 0), (.linear(bucketSize: 5, count: 3), 5, 1),
      (.linear(bucketSize: 5, count: 3), 10, 2), (.linear(bucketSize: 5, count: 3), .max, 2),
      (.linear(bucketSize: 0, count: 3), 1, 2),
    ] as [(Shape, UInt64, Int)])
  func index(shape: Shape, value: UInt64, expected: Int) {
    #expect(shape.index(of: value) == expected)
  }

  @Test(
    "The bounds of a bucket belong to it, and adjacent values do not",
    arguments: [
      .log2(count: 1), .log2(count: 2), .log2(count: 31), .log2(count: 32), .log2(count: 64),
      .log2(count: 65), .log2(count: 70), .linear(bucketSize: 1, count: 9),
      .linear(bucketSize: 4096, count: 33), .linear(bucketSize: 0xffff_ffff, count: 1000),
      .linear(bucketSize: 1 << 62, count: 9), .linear(bucketSize: .max, count: 3),
    ] as [Shape])
  func agreement(shape: Shape) {
    var next: UInt64? = 0
    for index in 0..<shape.count {
      guard let bounds = shape.bounds(of: index) else {
        #expect(next == nil, "only after the largest value")
        continue
      }
      #expect(bounds.lower == next, "no gap before bucket \(index)")
      #expect(shape.index(of: bounds.lower) == index)
      #expect(shape.index(of: bounds.upper ?? .max) == index)
      next = bounds.upper.flatMap { $0 == .max ? nil : $0 + 1 }
    }
    #expect(next == nil, "every value has a bucket")
  }
}
