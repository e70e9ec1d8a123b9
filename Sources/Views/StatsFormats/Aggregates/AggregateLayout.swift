package import Statistics
package import StatsKnowledge
package import StatsTree

/// One member of an aggregate.
package struct AggregateMember {
  package let path: String
  package let placement: Placement
}

/// Relates a statistic of the members to the statistic of the aggregate that is computed from the
/// members' values.
package struct AggregateColumn {
  /// The name of the statistic in the members' schema.
  ///
  /// If the schema repeats the name, the second statistic has the suffix `#2`, the third has `#3`,
  /// and so on.
  package let name: String
  /// Formats the statistic of a member.
  package let member: CellFormatter
  /// Formats the statistic of the aggregate if the aggregate computes this statistic with the
  /// default function (`AggregateFunction.natural`); nil otherwise.
  package let aggregate: CellFormatter?
  /// Whether the aggregate's value is a sum, a merged histogram or the number of members by state.
  ///
  /// The property is `false` for peaks, because an aggregate has their maximum, and for statistics
  /// of unknown kinds.
  let isSummed: Bool

  /// Returns `true` if a function reduces the members' values to one number.
  ///
  /// No function reduces histograms, states, other statistics of several words (64-bit values), or
  /// booleans that the aggregate counts by value. Only `min` and `max` reduce statistics of unknown
  /// kinds.
  func hasScalar(for function: AggregateFunction) -> Bool {
    if member.statistic.size != 1 || member.statistic.kind == .state
      || aggregate?.stateCounts != nil
    {
      return false
    }
    if case .unknown = member.statistic.kind { return function.picksMember }
    return true
  }

  /// Returns `true` if the result of a function is the aggregate's own value.
  func isFromAggregate(_ function: AggregateFunction) -> Bool {
    function == .sum && aggregate != nil && isSummed
  }

  /// Returns `true` if a function applies to the statistic.
  package func supports(_ function: AggregateFunction) -> Bool {
    isFromAggregate(function) || hasScalar(for: function)
  }
}

/// One aggregate with its members in the order of the tree.
package struct AggregatePart {
  package let entry: Plan.Entry
  package let members: [AggregateMember]
  package let columns: [AggregateColumn]
}

/// The aggregates of one source that have the same member sources.
///
/// Tables show these aggregates together, with one row per function.
package struct AggregateBlock {
  package let source: Source
  package var parts: [AggregatePart]
  /// The provenances (access methods) of the members' values, each listed once.
  package var provenances: [String]

  package var members: [AggregateMember] { parts[0].members }
}

/// Finds the aggregates of a sampler's plan, with their members.
///
/// The layout is valid until the plan or the tree changes.
package struct AggregateLayout {
  package private(set) var blocks: [AggregateBlock] = []
  private let generation: UInt64
  private let treeGeneration: UInt64

  /// - Parameters:
  ///   - sampler: The sampler that provides the plan.
  ///   - meanings: Tells which statistics count the time of a wait only when the wait ends; nil if
  ///     no rates are formatted.
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

  /// Returns one column for each statistic of the members from which a shown statistic of the
  /// aggregate is computed.
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
  /// Returns the member counts of the aggregate that has the fewest members with the status `up`.
  package func fewestUpMembers(in sampler: Sampler) -> Members {
    var fewest = Members()
    for (index, part) in parts.enumerated() {
      let members = sampler.members(of: part.entry) ?? Members()
      if index == 0 || members.upCount < fewest.upCount { fewest = members }
    }
    return fewest
  }

  /// Returns `true` if none of the aggregates was read yet, for example because the group is
  /// disabled.
  package func isNeverRead(in sampler: Sampler) -> Bool {
    parts.allSatisfy { sampler.status(of: $0.entry) == .pending }
  }

  /// Returns the index of the part that contains a statistic, and the index of the statistic's
  /// column in that part.
  package func column(_ name: String) -> (part: Int, column: Int)? {
    for (index, part) in parts.enumerated() {
      if let column = part.columns.firstIndex(where: { $0.name == name }) { return (index, column) }
    }
    return nil
  }
}
