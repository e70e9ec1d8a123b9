import Statistics
import StatsTree

/// What an aggregate of a field is expected to be.
struct FoldExpectation {
  let field: ConformanceField
  let function: FoldFunction
  /// Nil is no data; of an average, without its decimals.
  let value: Int64?
  /// What statsfs has; nil is the same.
  var upstream: UInt64?

  init(
    _ field: ConformanceField, _ function: FoldFunction, _ value: Int64?,
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

  /// The place of a group in the sampler's plan.
  func entry(_ group: Group, _ reader: Sampler? = nil) -> Plan.Entry? {
    (reader ?? sampler).plan.entries.first { $0.group === group }
  }

  /// The value of a field in the last pass; nil where there is none.
  func value(_ field: ConformanceField, of group: Group, _ reader: Sampler? = nil) -> UInt64? {
    guard let entry = entry(group, reader), let statistic = group.schema[field.name] else {
      return nil
    }
    return (reader ?? sampler).value(statistic, of: entry)
  }

  /// What a source has under a name, in the groups of its own that fold nothing.
  func search(_ name: String, in source: Source) -> UInt64? {
    for entry in sampler.plan.entries
    where entry.source === source && entry.group.aggregation == nil {
      if let statistic = entry.group.schema[name] { return sampler.value(statistic, of: entry) }
    }
    return nil
  }

  /// Expects a group to have these numbers, as far as the source keeps the fields.
  func expect(
    _ group: Group, _ fields: [ConformanceField], are values: ConformanceValues, _ what: String
  ) {
    for field in fields where keeps(field) && group.schema[field.name] != nil {
      expect(value(field, of: group), is: values[field.name], "\(field.name) of \(what)")
    }
  }

  /// The statistics of the source's own groups, apart from aggregates; and those of its aggregates.
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

  /// The statistics of a source and all below it without aggregates, by the tree and by the plan.
  func total(_ source: Source) -> [Int] {
    var count = 0
    source.visit { count += counts($0).values }
    sampler.follow()
    let planned = sampler.plan.entries.filter { entry in
      entry.group.aggregation == nil
        && (entry.source === source || entry.source.path.hasPrefix(source.path + "/"))
    }
    return [count, planned.reduce(0) { $0 + $1.group.schema.statistics.count }]
  }

  // MARK: - Aggregates

  /// The aggregate of a field by a function; an average without its decimals, nil where there is
  /// no data.
  func folded(_ field: ConformanceField, _ function: FoldFunction, of group: Group) -> UInt64? {
    guard let form = group.aggregation?.form, let entry = entry(group),
      let origin = form.source.index(of: field.name)
    else { return nil }
    for (index, statistic) in form.schema.statistics.enumerated()
    where form.origin(of: index).statistic == origin {
      switch form.origin(of: index).function {
      case function:
        guard let value = sampler.value(statistic, of: entry) else { return nil }
        if function != .average { return value }
        return statistic.isSigned
          ? UInt64(bitPattern: Int64(bitPattern: value) / 1000) : value / 1000
      case nil:
        // A boolean is counted by no and yes.
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

  /// What statsfs would make of the members of an aggregate.
  func upstreamValue(
    _ field: ConformanceField, _ function: FoldFunction, of group: Group
  ) -> UInt64? {
    guard let form = group.aggregation?.form, let entry = entry(group),
      let origin = form.source.index(of: field.name), form.hasUpstreamValue(of: origin, function)
    else { return nil }
    let start = [0]
    var fold = Fold(form)
    for member in sampler.memberEntries(of: entry) {
      let words = form.source.statistics.map { statistic in
        sampler.value(statistic, of: member)
          ?? (statistic.isSigned ? Inactive.signed : Inactive.unsigned)
      }
      fold.add(words.span, at: start.span)
    }
    return fold.upstreamValue(of: origin, function)
  }

  /// Expects what an aggregate makes of fields, here and by the rules of statsfs.
  func expect(_ group: Group, _ expectations: [FoldExpectation], _ what: String) {
    for expectation in expectations where keeps(expectation.field) {
      let (field, function) = (expectation.field, expectation.function)
      let name = "\(function.rawValue) of \(field.name) of \(what)"
      let here = expectation.value.map { UInt64(bitPattern: $0) }
      expect(folded(field, function, of: group), is: here, name)
      expect(
        upstreamValue(field, function, of: group), is: expectation.upstream ?? here,
        "upstream's \(name)")
    }
  }
}
