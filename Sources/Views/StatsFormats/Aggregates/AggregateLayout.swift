internal import Statistics
import StatsKnowledge
package import StatsTree

/// A member of an aggregate.
package struct AggregateMember {
  package let path: String
  package let placement: Placement
}

/// A statistic of the members, and what the aggregate has of it.
package struct AggregateColumn {
  /// The name in the members' schema; the second of a name gets `#2`.
  package let name: String
  /// As the members have it.
  package let member: CellForm
  /// As the aggregate has it by the function that is natural for it; nil where it has not.
  package let own: CellForm?
  /// Whether the aggregate's own is the sum of the members' values, or what was merged or counted
  /// of them; not the greatest of a peak or of an unknown kind.
  let isSummed: Bool

  /// Whether a function makes one number of the members' values.
  ///
  /// Histograms and names are merged by `sum` alone; of an unknown kind only the least and the
  /// greatest say something.
  func hasNumber(_ function: AggregateFunction) -> Bool {
    if member.statistic.size != 1 || member.statistic.kind == .state || own?.tally != nil {
      return false
    }
    if case .unknown = member.statistic.kind { return function.picksMember }
    return true
  }

  /// Whether the aggregate's own is what a function makes of the members: a sum, or what is merged.
  func isOwn(_ function: AggregateFunction) -> Bool {
    function == .sum && own != nil && isSummed
  }

  /// Whether a function says something of it.
  package func answers(_ function: AggregateFunction) -> Bool {
    function == .list || isOwn(function) || hasNumber(function)
  }
}

/// An aggregate with its members in the order of the tree.
package struct AggregatePart {
  package let entry: Plan.Entry
  package let members: [AggregateMember]
  package let columns: [AggregateColumn]
}

/// The aggregates of one source over the same sources, which are one row.
package struct AggregateBlock {
  package let source: Source
  package var parts: [AggregatePart]
  /// The ways that the members' numbers come.
  package var ways: [String]

  package var members: [AggregateMember] { parts[0].members }
}

/// The aggregates of a plan with their members, found once for each generation of the tree.
package struct AggregateLayout {
  package private(set) var blocks: [AggregateBlock] = []
  private let generation: UInt64
  private let treeGeneration: UInt64

  package init(_ sampler: Sampler, _ pattern: Pattern = .everything) {
    generation = sampler.plan.generation
    treeGeneration = sampler.tree.generation
    var ranks: [ObjectIdentifier: [UInt64: Int]] = [:]
    var columnsOf: [ObjectIdentifier: [AggregateColumn]] = [:]
    for item in Listing(sampler, matching: pattern).items {
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
          columnsOf[ObjectIdentifier(aggregation)] ?? Self.columns(of: entry, aggregation.form)
        columnsOf[ObjectIdentifier(aggregation)] = columns
        let part = AggregatePart(
          entry: entry,
          members: found.map { AggregateMember(path: $0.source.path, placement: $0.placement) },
          columns: columns)
        let ways = sampler.provenances(of: entry).map(\.description)
        let key = found.map { ObjectIdentifier($0.source) }
        if let place = places[key] {
          blocks[place].parts.append(part)
          blocks[place].ways += ways.filter { !blocks[place].ways.contains($0) }
        } else {
          places[key] = blocks.count
          blocks.append(AggregateBlock(source: item.source, parts: [part], ways: ways))
        }
      }
    }
  }

  /// Whether it is of what the sampler has now.
  package func isOf(_ sampler: Sampler) -> Bool {
    generation == sampler.plan.generation && treeGeneration == sampler.tree.generation
  }

  /// A column for each statistic of the members that something shown comes from.
  private static func columns(of entry: Plan.Entry, _ form: AggregateSchema) -> [AggregateColumn] {
    let statistics = form.source.statistics
    let names = StatisticNames(of: form.source).names
    var columns: [AggregateColumn] = []
    var places: [Int: Int] = [:]
    for index in entry.shown {
      let (position, function) = form.origin(of: index)
      let isNatural = function == FoldFunction.natural(for: statistics[position])
      if places[position] != nil, !isNatural { continue }
      let column = AggregateColumn(
        name: names[position],
        member: CellForm(statistics[position], .builtIn, in: form.source),
        own: isNatural ? CellForm(of: index, .builtIn, in: form.schema, form) : nil,
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
  /// The members of the aggregate that has the most of them in trouble.
  package func leastMembers(in sampler: Sampler) -> Members {
    var least = Members()
    for (index, part) in parts.enumerated() {
      let members = sampler.members(of: part.entry) ?? Members()
      if index == 0 || members.upCount < least.upCount { least = members }
    }
    return least
  }

  /// Whether nothing was ever read, as of a group that is off.
  package func isSilent(in sampler: Sampler) -> Bool {
    parts.allSatisfy { sampler.status(of: $0.entry) == .stale(since: 0) }
  }

  /// The column of a statistic, with the part that has it.
  package func column(_ name: String) -> (part: Int, column: Int)? {
    for (index, part) in parts.enumerated() {
      if let column = part.columns.firstIndex(where: { $0.name == name }) { return (index, column) }
    }
    return nil
  }
}
