import Statistics
import StatsTree

extension Observer {
  /// Fails where `--match` leaves nothing.
  func requireStatistics(_ options: ObservationOptions) throws {
    guard let match = options.match, sampler.plan.entries.isEmpty else { return }
    throw CommandError(
      status: .nothingThere,
      text: "no statistic of these sources matches '\(match.text)'; 'vitals describe' lists them")
  }

  /// Fails where aggregates are asked for and there is none.
  func requireAggregates() throws {
    guard sampler.plan.entries.isEmpty else { return }
    throw CommandError(
      status: .nothingThere,
      text: "no aggregate is there: --aggregate folds what several sources below one have; "
        + "name one that is above them, such as kvm, kvm/VM, app/PUBLISHER or host")
  }

  /// Fails where a name is of no statistic here.
  func requireNames(_ names: [String]) throws {
    let known = Set(sampler.plan.entries.flatMap { $0.group.schema.statistics.map(\.name) })
    guard let wrong = names.first(where: { !known.contains($0) }) else { return }
    let near = known.filter { $0.contains(wrong) || wrong.contains($0) }.sorted().prefix(4)
    throw CommandError(
      status: .nothingThere,
      text: "no source here has a statistic '\(wrong)'"
        + (near.isEmpty
          ? "; 'vitals describe' lists them" : "; there is \(near.joined(separator: ", "))"))
  }

  /// The names that match, in the order of the schemas.
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

  /// Whether what was asked for is there and the system refuses all of it.
  var allAreDenied: Bool {
    let statuses = sampler.plan.entries.map { sampler.status(of: $0) }
    return !statuses.isEmpty
      && statuses.allSatisfy {
        if case .denied = $0 { true } else { false }
      }
  }
}
