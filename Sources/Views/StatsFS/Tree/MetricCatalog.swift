import FUSE
internal import Statistics
internal import StatsTree

/// Finds the statistics of a tree by the name of the group and the name of the statistic.
///
/// Groups with the same name are merged, even if their schemas differ. If two of these groups have
/// different statistics with the same name, the catalog contains both statistics, and the name of
/// the second statistic gets a numeric suffix. Aggregates are not included.
struct MetricCatalog {
  /// A statistic, and the groups that have the statistic.
  struct Metric {
    let name: String
    let statistic: Statistic
    /// The groups that have the statistic, each with the index of the statistic in the group's
    /// schema.
    var occurrences: [(entry: Plan.Entry, index: Int)] = []
  }

  private var groups: [String: [Metric]] = [:]
  private var groupNames: [String] = []

  init(_ entries: [Plan.Entry]) {
    // For each family, each statistic has an index in the schema of the family and a position in
    // `groups[name]`.
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

  /// Adds the statistics of the entry's family.
  ///
  /// Returns, for each statistic, its index in the schema and its position in `groups[name]`.
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
  /// Returns `true` if two statistics are equal or differ only in their offsets.
  fileprivate func isSame(as other: Statistic) -> Bool {
    var moved = other
    moved.offset = offset
    return self == moved
  }
}
