import FUSE
internal import Statistics
internal import StatsTree

/// The statistics of a tree by group name and statistic name, with the groups that have them.
///
/// Groups of one name are merged even if their schemas differ. A statistic that differs between
/// them occurs twice, the second time with a numeric suffix. Aggregates are not included.
struct MetricCatalog {
  /// A statistic and its occurrences.
  struct Metric {
    let name: String
    let statistic: Statistic
    /// The groups that have the statistic, and its index in their schemas.
    var occurrences: [(entry: Plan.Entry, index: Int)] = []
  }

  private var groups: [String: [Metric]] = [:]
  private var groupNames: [String] = []

  init(_ entries: [Plan.Entry]) {
    // For each family: the index of a statistic in the schema, and its position in `groups`.
    var columns: [ObjectIdentifier: [(index: Int, position: Int)]] = [:]
    for entry in entries where entry.group.aggregation == nil {
      let family = ObjectIdentifier(entry.group.family)
      let known = columns[family] ?? add(entry)
      columns[family] = known
      for (index, position) in known {
        groups[entry.group.name]?[position].occurrences.append((entry, index))
      }
    }
  }

  /// Adds the statistics of a family; returns their positions.
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

  func listing(of path: MetricPath, _ node: TreeNode) -> DirectoryListing {
    switch path {
    case .top:
      list(groupNames, node) { .group($0) }
    case .group(let group):
      list(groups[group]?.map(\.name) ?? [], node) { .metric(group: group, name: $0) }
    case .metric(let group, let name):
      list(metric(group, name) == nil ? [] : MetricfsFile.allCases.map(\.rawValue), node) { text in
        .file(group: group, name: name, MetricfsFile(rawValue: text) ?? .version)
      }
    case .file: .empty
    }
  }

  private func list(
    _ texts: [String], _ node: TreeNode, _ path: (String) -> MetricPath
  ) -> DirectoryListing {
    let named = texts.compactMap { text in FuseName(text).map { ($0, text) } }
    return DirectoryListing(
      NameIndex(named.map(\.0)), named.map { node.with(.metrics(path($0.1))) })
  }
}

extension Statistic {
  /// Returns `true` if two statistics differ only in their offsets.
  fileprivate func isSame(as other: Statistic) -> Bool {
    var moved = other
    moved.offset = offset
    return self == moved
  }
}
