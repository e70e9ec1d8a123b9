internal import RRDFormat
internal import Statistics
import StatsKnowledge
internal import StatsTree

/// One data source of an xcp-rrdd file and the statistic that provides its value.
struct RRDColumn {
  /// The part of a statistic that the column contains.
  enum Part: Hashable {
    case word(Int)
    /// The number of samples of a histogram.
    case count
  }

  let entry: Plan.Entry
  let statistic: Statistic
  let part: Part
  /// The part of the data source's name that follows the path of the source.
  let leaf: String
  let dataSource: RRDDataSource

  /// Returns the columns of a group.
  ///
  /// The names of their data sources are empty, because `RRDExport` makes the names unique later.
  static func all(
    of entry: Plan.Entry, owner: RRDDataSource.Owner, _ meanings: Meanings
  ) -> [RRDColumn] {
    let schema = entry.group.schema
    let names = StatisticNames(of: schema).names
    return entry.shown.flatMap { index in
      let statistic = schema.statistics[index]
      let meaning = meanings.text(of: statistic)
      func column(_ part: Part, _ leaf: String) -> RRDColumn {
        RRDColumn(
          entry: entry, statistic: statistic, part: part, leaf: leaf,
          dataSource: dataSource(of: statistic, part, owner, meaning))
      }
      let name = names[index]
      if statistic.kind.isHistogram { return [column(.count, "\(name)/count")] }
      if statistic.size == 1 { return [column(.word(0), name)] }
      return (0..<statistic.size).map { column(.word($0), "\(name)/\($0)") }
    }
  }

  /// Returns the value in the sampler's last sample; NaN if the group is not up or the value is
  /// inactive (missing).
  func value(of sampler: Sampler) -> Double {
    guard sampler.status(of: entry) == .up else { return .nan }
    switch part {
    case .word(let word):
      return sampler.value(statistic, of: entry, word: word).map { statistic.exact($0).doubleValue }
        ?? .nan
    case .count:
      return sampler.histogram(statistic, of: entry).map { Double($0.count) } ?? .nan
    }
  }

  // MARK: - Description

  private static func dataSource(
    of statistic: Statistic, _ part: Part, _ owner: RRDDataSource.Owner, _ meaning: String
  ) -> RRDDataSource {
    let isTotal = part == .count || statistic.kind == .cumulative
    let mayBeNegative = statistic.isSigned || statistic.kind == .instant
    let isBoolean = statistic.unit == .boolean && part != .count
    var words = meaning.isEmpty ? [] : [meaning]
    if part == .count { words.insert("Samples of a histogram.", at: 0) }
    if statistic.kind == .state {
      let states = statistic.states.enumerated().map { "\($0.offset) is \($0.element)" }
      words.append(states.joined(separator: ", "))
    }
    return RRDDataSource(
      "", .float, isTotal ? .derive : .gauge, owner: owner, meaning: words.joined(separator: " "),
      units: units(of: statistic, part, isTotal: isTotal),
      // A counter might be reset. With a minimum of 0, xcp-rrdd treats the negative rate after a
      // reset as unknown.
      minimum: isTotal || !mayBeNegative || isBoolean ? 0 : -.infinity,
      maximum: isBoolean && !isTotal ? 1 : .infinity)
  }

  /// Returns the unit that xcp-rrdd shows.
  ///
  /// For a total, this is the unit of its rate.
  private static func units(of statistic: Statistic, _ part: Part, isTotal: Bool) -> String {
    if part == .count { return "/s" }
    guard statistic.scale.isExact else {
      return statistic.exactUnit + (isTotal ? "/s" : "")
    }
    switch statistic.unit {
    case .seconds: return isTotal ? "(fraction)" : "s"
    case .bytes: return isTotal ? "B/s" : "B"
    case .cycles: return isTotal ? "cycles/s" : "cycles"
    case .none, .boolean, .unknown: return isTotal ? "/s" : ""
    }
  }
}

extension RRDDataSource.Owner {
  /// Finds the owner of a source's values.
  ///
  /// The source and its ancestors are searched for a UUID, beginning with the source. The owner is
  /// the VM or storage repository with the first UUID. Without a UUID, the owner is the host.
  init(of source: Source) {
    var next: Source? = source
    while let part = next {
      let labels = part.labels
      let word = labels["owner"] == "sr" ? "sr" : "vm"
      if let uuid = labels["uuid"], let owner = Self("\(word) \(uuid)") {
        self = owner
        return
      }
      next = part.parent
    }
    self = .host
  }
}
