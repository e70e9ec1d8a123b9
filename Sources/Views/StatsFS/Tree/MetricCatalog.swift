import FUSE
internal import Statistics
internal import StatsTree

/// The statistics of a tree by group and name: what has which.
///
/// Groups of different schemas that have a name in common are one group here; a statistic that is
/// not the same in both is two, the second with a number behind its name. Aggregates are left out.
struct MetricCatalog {
  /// A statistic of one name, wherever it is.
  struct Metric {
    let name: String
    let statistic: Statistic
    /// The groups that have it, with its position in their schemas.
    var rows: [(entry: Plan.Entry, index: Int)] = []
  }

  private var groups: [String: [Metric]] = [:]
  private var groupNames: [String] = []

  init(_ entries: [Plan.Entry]) {
    // Where each statistic of a family stands in its group's list.
    var columns: [ObjectIdentifier: [(index: Int, position: Int)]] = [:]
    for entry in entries where entry.group.aggregation == nil {
      let family = ObjectIdentifier(entry.group.family)
      let known = columns[family] ?? add(entry)
      columns[family] = known
      for (index, position) in known {
        groups[entry.group.name]?[position].rows.append((entry, index))
      }
    }
  }

  /// Takes in the statistics of a family: where they stand.
  private mutating func add(_ entry: Plan.Entry) -> [(index: Int, position: Int)] {
    let name = entry.group.name
    if groups[name] == nil { groupNames.append(name) }
    var metrics = groups[name] ?? []
    var taken: Set<String> = [".", ".."]
    var found: [(index: Int, position: Int)] = []
    for index in entry.shown {
      let statistic = entry.group.schema.statistics[index]
      guard taken.insert(statistic.name).inserted else { continue }
      if let same = metrics.firstIndex(where: { $0.statistic.isSame(as: statistic) }) {
        found.append((index, same))
        continue
      }
      var unique = statistic.name
      var number = 2
      while metrics.contains(where: { $0.name == unique }) {
        unique = "\(statistic.name).\(number)"
        number += 1
      }
      found.append((index, metrics.count))
      metrics.append(Metric(name: unique, statistic: statistic))
    }
    groups[name] = metrics
    return found
  }

  func metric(_ group: String, _ name: String) -> Metric? {
    groups[group]?.first { $0.name == name }
  }

  // MARK: - Names

  func listing(of path: MetricPath, _ node: TreeNode) -> Listing {
    switch path {
    case .top:
      list(groupNames, node) { .group($0) }
    case .group(let group):
      list(groups[group]?.map(\.name) ?? [], node) { .metric(group: group, name: $0) }
    case .metric(let group, let name):
      list(metric(group, name) == nil ? [] : MetricFile.allCases.map(\.rawValue), node) { text in
        .file(group: group, name: name, MetricFile(rawValue: text) ?? .version)
      }
    case .file: .empty
    }
  }

  private func list(
    _ texts: [String], _ node: TreeNode, _ path: (String) -> MetricPath
  ) -> Listing {
    let named = texts.compactMap { text in FuseName(text).map { ($0, text) } }
    return Listing(
      NameList(named.map(\.0)), named.map { node.with(.metrics(path($0.1))) })
  }
}

extension Statistic {
  /// Whether two statistics differ in nothing but their places.
  fileprivate func isSame(as other: Statistic) -> Bool {
    var moved = other
    moved.offset = offset
    return self == moved
  }
}
