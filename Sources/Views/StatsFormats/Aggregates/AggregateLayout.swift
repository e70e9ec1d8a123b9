package import Statistics
package import StatsKnowledge
package import StatsTree

/// One member of an aggregate.
package struct AggregateMember {
  package let path: String
  package let placement: Placement
}

/// A statistic of the members, with the statistic of the aggregate that is computed from it.
package struct AggregateColumn {
  /// The name in the members' schema; a repeated name has the suffix `#2`, `#3`, ….
  package let name: String
  /// Formats the statistic of a member.
  package let member: CellFormatter
  /// Formats the statistic of the aggregate that its natural function computed; nil without one.
  package let aggregate: CellFormatter?
  /// Whether the aggregate's value is a sum, a merged histogram or state counts.
  ///
  /// It is `false` for the maximum of a peak and for statistics of unknown kinds.
  let isSummed: Bool

  /// Returns `true` if a function reduces the members' values to one number.
  ///
  /// Only `sum` applies to histograms and states. Only `min` and `max` apply to unknown kinds.
  func hasScalar(for function: AggregateFunction) -> Bool {
    if member.statistic.size != 1 || member.statistic.kind == .state
      || aggregate?.stateCounts != nil
    {
      return false
    }
    if case .unknown = member.statistic.kind { return function.picksMember }
    return true
  }

  /// Returns `true` if the aggregate's own value is the result of a function.
  func isFromAggregate(_ function: AggregateFunction) -> Bool {
    function == .sum && aggregate != nil && isSummed
  }

  /// Returns `true` if a function applies to the statistic.
  package func supports(_ function: AggregateFunction) -> Bool {
    isFromAggregate(function) || hasScalar(for: function)
  }
}

/// One aggregate with its members in tree order.
package struct AggregatePart {
  package let entry: Plan.Entry
  package let members: [AggregateMember]
  package let columns: [AggregateColumn]
}

/// The aggregates of one source that have the same member sources; tables show them as one row.
package struct AggregateBlock {
  package let source: Source
  package var parts: [AggregatePart]
  /// The provenances of the members' values, each once.
  package var provenances: [String]

  package var members: [AggregateMember] { parts[0].members }
}

/// The aggregates of a plan with their members, valid for one generation of the tree.
package struct AggregateLayout {
  package private(set) var blocks: [AggregateBlock] = []
  private let generation: UInt64
  private let treeGeneration: UInt64

  /// - Parameters:
  ///   - sampler: The sampler that provides the plan.
  ///   - meanings: Identifies the statistics whose time is counted when a wait ends; nil if no
  ///     rates are formatted.
  ///   - pattern: Selects the sources.
  package init(
    _ sampler: Sampler, meanings: Meanings?, matching pattern: Pattern = .everything
  ) {
    generation = sampler.plan.generation
    treeGeneration = sampler.tree.generation
    var ranks: [ObjectIdentifier: [UInt64: Int]] = [:]
    var columnsOf: [ObjectIdentifier: [AggregateColumn]] = [:]
    for item in VisibleSources(sampler, matching: pattern).items {
      var places: [[ObjectIdentifier]: Int] = [:]
      for entry in item.entries {
        guard let aggregation = entry.group.aggregation else { continue }
        let family = aggregation.family
        let rank =
          ranks[ObjectIdentifier(family)]
          ?? Dictionary(
            sampler.tree.groups(of: family).enumerated().map { ($0.element.id, $0.offset) }
          ) { first, _ in first }
        ranks[ObjectIdentifier(family)] = rank
        let found = sampler.memberEntries(of: entry).sorted {
          (rank[$0.group.id] ?? .max) < (rank[$1.group.id] ?? .max)
        }
        let columns =
          columnsOf[ObjectIdentifier(aggregation)]
          ?? Self.columns(of: entry, aggregation.definition, meanings)
        columnsOf[ObjectIdentifier(aggregation)] = columns
        let part = AggregatePart(
          entry: entry,
          members: found.map { AggregateMember(path: $0.source.path, placement: $0.placement) },
          columns: columns)
        let provenances = sampler.provenances(of: entry).map(\.description)
        let key = found.map { ObjectIdentifier($0.source) }
        if let place = places[key] {
          blocks[place].parts.append(part)
          blocks[place].provenances += provenances.filter {
            !blocks[place].provenances.contains($0)
          }
        } else {
          places[key] = blocks.count
          blocks.append(
            AggregateBlock(source: item.source, parts: [part], provenances: provenances))
        }
      }
    }
  }

  /// Returns `true` if the plan and the tree have not changed since the layout was made.
  package func isCurrent(for sampler: Sampler) -> Bool {
    generation == sampler.plan.generation && treeGeneration == sampler.tree.generation
  }

  /// Returns a column for each statistic of the members that a shown statistic is computed from.
  private static func columns(
    of entry: Plan.Entry, _ aggregate: AggregateSchema, _ meanings: Meanings?
  ) -> [AggregateColumn] {
    let statistics = aggregate.members.statistics
    let names = StatisticNames(of: aggregate.members).names
    var columns: [AggregateColumn] = []
    var places: [Int: Int] = [:]
    for index in entry.shown {
      let (position, function) = aggregate.origin(of: index)
      let isNatural = function == AggregateFunction.natural(for: statistics[position])
      if places[position] != nil, !isNatural { continue }
      let column = AggregateColumn(
        name: names[position],
        member: CellFormatter(statistics[position], in: aggregate.members, meanings: meanings),
        aggregate: isNatural
          ? CellFormatter(of: index, in: aggregate.schema, aggregate, meanings: meanings) : nil,
        isSummed: isNatural && (function == .sum || function == nil))
      if let place = places[position] {
        columns[place] = column
      } else {
        places[position] = columns.count
        columns.append(column)
      }
    }
    return columns
  }
}

extension AggregateBlock {
  /// Returns the member counts of the aggregate with the fewest members that are up.
  package func fewestUpMembers(in sampler: Sampler) -> Members {
    var fewest = Members()
    for (index, part) in parts.enumerated() {
      let members = sampler.members(of: part.entry) ?? Members()
      if index == 0 || members.upCount < fewest.upCount { fewest = members }
    }
    return fewest
  }

  /// Returns `true` if no aggregate was ever read, for example because its group is disabled.
  package func isNeverRead(in sampler: Sampler) -> Bool {
    parts.allSatisfy { sampler.status(of: $0.entry) == .pending }
  }

  /// Returns the positions of a statistic: of the part and of the column in it.
  package func column(_ name: String) -> (part: Int, column: Int)? {
    for (index, part) in parts.enumerated() {
      if let column = part.columns.firstIndex(where: { $0.name == name }) { return (index, column) }
    }
    return nil
  }
}
