public import Statistics

/// A record with simulated values that change in the way that its schema describes.
///
/// Each statistic of a count grows at its own rate. Time spent stays below the elapsed time. A
/// histogram and the counter of its sum get the same samples. Levels rise and fall, and booleans
/// change.
public struct SimulatedRecord: Sendable {
  public let schema: Schema
  /// The current values.
  public private(set) var words: [UInt64]
  private let pace: UInt64
  private var steps: UInt64 = 0
  /// For each histogram, the index of the statistic that is the sum of the histogram.
  private let sumOf: [Int?]
  /// For each statistic, whether it is the sum of a histogram.
  private let isSum: [Bool]

  /// Creates a record whose values are 0; records of one schema can differ only if their seeds
  /// differ.
  public init(_ schema: Schema, seed: UInt64) {
    self.schema = schema
    words = Array(repeating: 0, count: schema.wordCount)
    pace = 1 + seed % 7
    let sums = schema.statistics.map { schema.indexOfSum(of: $0) }
    sumOf = sums
    isSum = schema.statistics.indices.map { sums.contains($0) }
  }

  /// Changes the values as if this time had passed.
  public mutating func advance(nanoseconds: UInt64) {
    steps += 1
    for index in schema.statistics.indices {
      let statistic = schema.statistics[index]
      if statistic.size == 0 { continue }
      let word = statistic.words.lowerBound
      switch statistic.kind {
      case .cumulative where isSum[index]:
        // `addSamples` increases the sum together with its histogram.
        break
      case .cumulative where statistic.unit == .seconds:
        words[word] &+= nanoseconds / 4
      case .cumulative:
        words[word] &+= nanoseconds / 1_000_000 * pace * UInt64(index % 11)
      case .peak:
        words[word] = max(words[word], UInt64(index) * pace)
      case .linearHistogram, .logHistogram:
        addSamples(to: statistic, sum: sumOf[index], over: nanoseconds)
      case .instant where statistic.unit == .boolean:
        words[word] = (steps / pace) % 2
      case .instant, .state, .unknown:
        words[word] = UInt64(index) * 10 + steps % 10
      }
    }
  }

  private mutating func addSamples(
    to histogram: Statistic, sum: Int?, over nanoseconds: UInt64
  ) {
    guard let shape = histogram.histogramShape else { return }
    // The samples take a tenth of the time in total; each sample takes some microseconds.
    let length = 1_000 << (steps % 6) * pace
    let count = max(1, nanoseconds / 10 / length)
    words[histogram.words.lowerBound + shape.index(of: length)] &+= count
    if let sum {
      words[schema.statistics[sum].words.lowerBound] &+= count * length
    }
  }
}
