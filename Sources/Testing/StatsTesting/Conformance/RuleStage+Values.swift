import Statistics
import StatsTree

/// The expected value of a field in an aggregate.
struct AggregateExpectation {
  let field: ConformanceField
  let function: AggregateFunction
  /// The expected value, without decimals for an average; `nil` means no data.
  let value: Int64?
  /// The value that statsfs has, if this value differs.
  var upstream: UInt64?

  init(
    _ field: ConformanceField, _ function: AggregateFunction, _ value: Int64?,
    upstream: UInt64? = nil
  ) {
    self.field = field
    self.function = function
    self.value = value
    self.upstream = upstream
  }
}

extension RuleStage {
  // MARK: - Groups

  /// Returns the entry of a group in the plan of the sampler.
  func entry(_ group: Group, _ reader: Sampler? = nil) -> Plan.Entry? {
    (reader ?? sampler).plan.entries.first { $0.group === group }
  }

  /// Returns the value of a field in the last pass, or `nil` if the field has no value.
  func value(_ field: ConformanceField, of group: Group, _ reader: Sampler? = nil) -> UInt64? {
    guard let entry = entry(group, reader), let statistic = group.schema[field.name] else {
      return nil
    }
    return (reader ?? sampler).value(statistic, of: entry)
  }

  /// Returns the value of the statistic with this name in the groups of a source, except
  /// aggregates.
  func search(_ name: String, in source: Source) -> UInt64? {
    for entry in sampler.plan.entries
    where entry.source === source && entry.group.aggregation == nil {
      if let statistic = entry.group.schema[name] { return sampler.value(statistic, of: entry) }
    }
    return nil
  }

  /// Reports a violation if a group has other values; checks the fields that the source can keep.
  func expect(
    _ group: Group, _ fields: [ConformanceField], are values: ConformanceValues, _ what: String
  ) {
    for field in fields where keeps(field) && group.schema[field.name] != nil {
      expect(value(field, of: group), is: values[field.name], "\(field.name) of \(what)")
    }
  }

  /// Returns the number of statistics in a source's own groups, and the number in its aggregates.
  func counts(_ source: Source) -> (values: Int, aggregates: Int) {
    var counts = (values: 0, aggregates: 0)
    for group in source.groups {
      if let aggregation = group.aggregation {
        counts.aggregates += aggregation.family.schema.statistics.count
      } else {
        counts.values += group.schema.statistics.count
      }
    }
    return counts
  }

  /// Returns the number of statistics at and below a source, first by the tree, then by the plan.
  ///
  /// Statistics of aggregates are not counted.
  func total(_ source: Source) -> [Int] {
    var count = 0
    source.visit { count += counts($0).values }
    sampler.updatePlan()
    let planned = sampler.plan.entries.filter { entry in
      entry.group.aggregation == nil
        && (entry.source === source || entry.source.path.hasPrefix(source.path + "/"))
    }
    return [count, planned.reduce(0) { $0 + $1.group.schema.statistics.count }]
  }

  // MARK: - Aggregates

  /// Returns the aggregate of a field by a function; an average is returned without its decimals.
  ///
  /// - Returns: `nil` if there is no data.
  func aggregateValue(_ field: ConformanceField, _ function: AggregateFunction, of group: Group)
    -> UInt64?
  {
    guard let definition = group.aggregation?.definition, let entry = entry(group),
      let origin = definition.members.index(of: field.name)
    else { return nil }
    for (index, statistic) in definition.schema.statistics.enumerated()
    where definition.origin(of: index).statistic == origin {
      switch definition.origin(of: index).function {
      case function:
        guard let value = sampler.value(statistic, of: entry) else { return nil }
        if function != .average { return value }
        return statistic.isSigned
          ? UInt64(bitPattern: Int64(bitPattern: value) / 1000) : value / 1000
      case nil:
        // The aggregate of a boolean has two words: the counts of "no" and of "yes".
        guard let no = sampler.value(statistic, of: entry, word: 0),
          let yes = sampler.value(statistic, of: entry, word: 1)
        else { return nil }
        return switch function {
        case .sum: yes
        case .minimum: no == 0 ? 1 : 0
        case .maximum: yes == 0 ? 0 : 1
        case .average: yes / (no + yes)
        case .countZero: no
        }
      default: continue
      }
    }
    return nil
  }

  /// Returns the value that statsfs would compute from the members of an aggregate.
  func upstreamValue(
    _ field: ConformanceField, _ function: AggregateFunction, of group: Group
  ) -> UInt64? {
    guard let definition = group.aggregation?.definition, let entry = entry(group),
      let origin = definition.members.index(of: field.name),
      definition.hasUpstreamValue(of: origin, function)
    else { return nil }
    let start = [0]
    var aggregator = Aggregator(definition)
    for member in sampler.memberEntries(of: entry) {
      let words = definition.members.statistics.map { statistic in
        sampler.value(statistic, of: member)
          ?? (statistic.isSigned ? Inactive.signed : Inactive.unsigned)
      }
      aggregator.add(words.span, at: start.span)
    }
    return aggregator.upstreamValue(of: origin, function)
  }

  /// Reports a violation if aggregates of fields have other values, here or by the rules of
  /// statsfs.
  func expect(_ group: Group, _ expectations: [AggregateExpectation], _ what: String) {
    for expectation in expectations where keeps(expectation.field) {
      let (field, function) = (expectation.field, expectation.function)
      let name = "\(function.rawValue) of \(field.name) of \(what)"
      let here = expectation.value.map { UInt64(bitPattern: $0) }
      expect(aggregateValue(field, function, of: group), is: here, name)
      expect(
        upstreamValue(field, function, of: group), is: expectation.upstream ?? here,
        "upstream's \(name)")
    }
  }
}
