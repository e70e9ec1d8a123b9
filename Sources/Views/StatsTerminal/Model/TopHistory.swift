internal import StatsFormats

/// The samples of the last minutes, a second apart: bounded in time, in number and in memory.
struct TopHistory {
  /// How far back it goes.
  static let span: UInt64 = 600_000_000_000
  /// Samples that come faster are not all kept.
  static let spacing: UInt64 = 950_000_000
  /// Beyond this the oldest go, however young.
  static let byteLimit = 24 << 20

  /// The oldest first.
  private(set) var samples: [TopSample] = []
  private var byteCount = 0

  /// Takes a sample where the last one is long enough ago.
  ///
  /// - Returns: whether it is kept.
  @discardableResult
  mutating func take(_ sample: TopSample) -> Bool {
    let time = sample.moment.monotonic
    if let last = samples.last, time < last.moment.monotonic + Self.spacing { return false }
    samples.append(sample)
    byteCount += sample.byteCount
    var surplus = 0
    while surplus + 1 < samples.count,
      samples[surplus].moment.monotonic + Self.span < time || byteCount > Self.byteLimit
    {
      byteCount -= samples[surplus].byteCount
      surplus += 1
    }
    samples.removeFirst(surplus)
    return true
  }

  /// The figures of a row and column in the last samples up to one of them, the newest last.
  ///
  /// - Parameters:
  ///   - view: the view's position.
  ///   - row: the row's source.
  ///   - column: the statistic's name.
  ///   - count: the most figures.
  ///   - end: the position behind the last sample.
  /// - Returns: a figure for each sample, NaN where it has none.
  func figures(
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
