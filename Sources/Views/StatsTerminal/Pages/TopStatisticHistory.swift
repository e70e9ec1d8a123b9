internal import Statistics
internal import StatsTree

/// Keeps the values of one source's statistics in the last samples.
struct TopStatisticHistory {
  private var path: String?
  private var values: [String: [Float]] = [:]
  private static let maximumCount = 60

  /// Records the values of the last sample.
  ///
  /// If the source is not the source of the previous call, first discards all older values.
  mutating func record(_ path: String, _ model: TopModel) {
    if self.path != path { self = TopStatisticHistory() }
    self.path = path
    for entry in model.entries(of: path) {
      for index in entry.shown {
        let cell = TopCell(index, of: entry, model.meanings)
        let key = Self.key(entry.group.id, index)
        var all = values[key] ?? []
        all.append(cell.value(model.sampler).value)
        if all.count > Self.maximumCount { all.removeFirst() }
        values[key] = all
      }
    }
  }

  /// Returns the values of a row, oldest first.
  func values(_ key: String) -> [Float] { values[key] ?? [] }

  /// Returns the key that identifies a statistic within its source.
  static func key(_ group: UInt64, _ index: Int) -> String { "\(group)/\(index)" }
}
