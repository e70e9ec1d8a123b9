import Statistics
import StatsTree

extension Observer {
  /// Throws if `--match` selects no statistic.
  func requireStatistics(_ options: ObservationOptions) throws {
    guard let match = options.match, sampler.plan.entries.isEmpty else { return }
    throw CommandError(
      status: .nothingThere,
      text:
        "no statistic of the selected sources matches '\(match.text)' ('vitals describe' lists all)"
    )
  }

  /// Throws if the selected sources have no aggregates.
  ///
  /// Call this if the user requests aggregates.
  func requireAggregates() throws {
    guard sampler.plan.entries.isEmpty else { return }
    throw CommandError(
      status: .nothingThere,
      text: "no aggregates: --aggregate combines a group that several sources below a source have "
        + "(select a source above them, such as kvm, kvm/VM, app/PUBLISHER or host)")
  }

  /// Throws if one of the names is not the name of a statistic of the selected sources.
  func requireNames(_ names: [String]) throws {
    let known = Set(sampler.plan.entries.flatMap { $0.group.schema.statistics.map(\.name) })
    guard let unknown = names.first(where: { !known.contains($0) }) else { return }
    let near = known.filter { $0.contains(unknown) || unknown.contains($0) }.sorted().prefix(4)
    throw CommandError(
      status: .nothingThere,
      text: "no selected source has a statistic '\(unknown)'"
        + (near.isEmpty
          ? " ('vitals describe' lists all)" : "; did you mean \(near.joined(separator: ", "))?"))
  }

  /// Returns the names of statistics that match, in the order of the schemas.
  func names(matching match: PathPattern) -> [String] {
    var names: [String] = []
    for entry in sampler.plan.entries {
      for statistic in entry.group.schema.statistics
      where match.pattern.matches(statistic.name) && !names.contains(statistic.name) {
        names.append(statistic.name)
      }
    }
    return names
  }

  /// Whether at least one group is selected and access to all selected groups is denied.
  var allAreDenied: Bool {
    let statuses = sampler.plan.entries.map { sampler.status(of: $0) }
    return !statuses.isEmpty
      && statuses.allSatisfy {
        if case .denied = $0 { true } else { false }
      }
  }
}
