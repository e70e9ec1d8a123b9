internal import Statistics

/// Keeps the samples of the last minutes, at most one per second, within limits of age and memory.
struct TopHistory {
  /// The maximum age of a sample, in nanoseconds.
  static let maximumAge: UInt64 = 600_000_000_000
  /// The minimum time between two samples of the history, in nanoseconds.
  static let minimumSpacing: UInt64 = 950_000_000
  /// The memory limit in bytes.
  ///
  /// Above this limit, the oldest samples are removed regardless of their age.
  static let maximumByteCount = 24 << 20

  /// The samples, oldest first.
  private(set) var samples: [TopSample] = []
  private var byteCount = 0

  /// Appends a sample if it is at least `minimumSpacing` newer than the previous sample.
  ///
  /// After appending, removes samples that exceed the limits.
  ///
  /// - Returns: `true` if the sample was appended.
  @discardableResult
  mutating func append(_ sample: TopSample) -> Bool {
    let time = sample.timestamp.monotonic
    if let last = samples.last, time < last.timestamp.monotonic + Self.minimumSpacing {
      return false
    }
    samples.append(sample)
    byteCount += sample.byteCount
    var surplus = 0
    while surplus + 1 < samples.count,
      samples[surplus].timestamp.monotonic + Self.maximumAge < time
        || byteCount > Self.maximumByteCount
    {
      byteCount -= samples[surplus].byteCount
      surplus += 1
    }
    samples.removeFirst(surplus)
    return true
  }

  /// Returns the values of a row and column from the samples before a given index, oldest first.
  ///
  /// - Parameters:
  ///   - view: The index of the view.
  ///   - row: The source of the row.
  ///   - column: The name of the statistic.
  ///   - count: The maximum number of values.
  ///   - end: The index after the last sample to use.
  /// - Returns: One value per sample. A missing value is NaN.
  func values(
    _ view: Int, of row: ObjectIdentifier, _ column: String, count: Int, before end: Int
  ) -> [Float] {
    var found: [Float] = []
    found.reserveCapacity(count)
    var known: (layout: ObjectIdentifier, place: Int?)?
    for sample in samples[max(0, end - count)..<end] {
      if known?.layout != ObjectIdentifier(sample.layout) {
        let table = sample.layout.tables[view]
        let place = table.indexOf[row].flatMap { row in
          table.columns.firstIndex { $0.name == column }.map { row * table.columns.count + $0 }
        }
        known = (ObjectIdentifier(sample.layout), place)
      }
      found.append(known?.place.map { sample.parts[view].values[$0] } ?? .nan)
    }
    return found
  }
}
