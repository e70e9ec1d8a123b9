internal import Statistics
internal import StatsTree

/// What the statistics of the source that is looked at did in the last samples.
struct TopStatisticHistory {
  private var path: String?
  private var figures: [String: [Float]] = [:]
  private static let length = 60

  /// Takes a pass; of another source it begins anew.
  mutating func take(_ path: String, _ model: TopModel) {
    if self.path != path { self = TopStatisticHistory() }
    self.path = path
    for entry in model.entries(of: path) {
      for index in entry.shown {
        let cell = TopCell(index, of: entry, model.meanings)
        let key = Self.key(entry.group.id, index)
        var all = figures[key] ?? []
        all.append(cell.figure(model.sampler).value)
        if all.count > Self.length { all.removeFirst() }
        figures[key] = all
      }
    }
  }

  /// The figures of a row, the newest last.
  func figures(_ key: String) -> [Float] { figures[key] ?? [] }

  /// What tells a statistic from the others of its source.
  static func key(_ group: UInt64, _ index: Int) -> String { "\(group)/\(index)" }
}
