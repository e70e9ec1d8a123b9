import Statistics
import StatsTree

/// A difference between the tree and the reference.
struct MismatchError: Error, CustomStringConvertible {
  var description: String
}

extension ModelSampler {
  /// Compares everything that views can query after a pass.
  func check(_ model: ModelTree) throws {
    let entries = real.plan.entries
    try equal(entries.map(\.group.id), shown.map(\.id), "the entries")
    try equal(entries.map(\.shown), shown.map(shownStatistics), "the statistics shown")
    for (entry, group) in zip(entries, shown) {
      try equal(entry.source === group.source.real, true, "the source")
      try check(entry, group, model)
    }
    try checkPlaces(entries, model)
  }

  private func check(_ entry: Plan.Entry, _ group: ModelGroup, _ model: ModelTree) throws {
    guard let now = current[group.id], let then = previous[group.id] else {
      throw MismatchError(description: "no record of \(group.id)")
    }
    let name = "\(entry.source.path) \(entry.group.name) (\(group.id))"
    try equal(real.status(of: entry), now.status, "the status of \(name)")
    try equal(real.window(of: entry), now.window, "the window of \(name)")
    let isComparable = now.status == .up && now.hasNumbers && then.hasNumbers
    try equal(
      real.interval(of: entry),
      isComparable ? Interval(from: then.window, to: now.window) : nil, "the interval of \(name)")
    for (index, statistic) in entry.group.schema.statistics.enumerated() {
      let what = "\(statistic.name) of \(name)"
      for word in 0..<statistic.size {
        let value = now.words[statistic.words.lowerBound + word]
        let isThere = now.hasNumbers && ModelAggregator.number(value, statistic) != nil
        try equal(
          real.value(statistic, of: entry, word: word), isThere ? value : nil,
          "the value [\(word)] of \(what)")
      }
      try checkChange(entry, statistic, isComparable ? then : nil, now, what)
      if let state = aggregates[group.id] {
        try check(entry, state, index, what, isComparable: isComparable)
      }
    }
    if let state = aggregates[group.id] {
      try equal(real.members(of: entry), state.members, "the members of \(name)")
      try equal(
        Set(real.memberEntries(of: entry).map(\.group.id)),
        Set(members(of: group, model).map(\.id)), "the list of members of \(name)")
    } else {
      try equal(real.members(of: entry), nil, "no members of \(name)")
    }
  }

  private func checkChange(
    _ entry: Plan.Entry, _ statistic: Statistic, _ then: ModelRecord?, _ now: ModelRecord,
    _ what: String
  ) throws {
    guard statistic.size == 1 else {
      var change: Histogram.Change?
      if let then, let later = Histogram(of: statistic, in: now.words.span),
        let earlier = Histogram(of: statistic, in: then.words.span)
      {
        change = try? later.change(since: earlier)
      }
      return try equal(real.change(statistic, of: entry), change, "the change of \(what)")
    }
    let word = statistic.words.lowerBound
    let delta = then.map { Delta(of: statistic, from: $0.words[word], to: now.words[word]) }
    try equal(real.delta(statistic, of: entry), delta, "the delta of \(what)")
    let rate = then.flatMap {
      Rate(
        of: statistic, from: $0.words[word], at: $0.window, to: now.words[word], at: now.window)
    }
    try equal(real.rate(statistic, of: entry), rate, "the rate of \(what)")
  }

  /// Checks the properties of an aggregate, and that its sums grow by what its members counted.
  private func check(
    _ entry: Plan.Entry, _ state: ModelAggregate, _ index: Int, _ what: String, isComparable: Bool
  ) throws {
    let (position, function) = state.aggregator.definition.origin(of: index)
    let statistic = state.aggregator.definition.members.statistics[position]
    for word in 0..<statistic.size where function == nil || function == .sum {
      let kept = state.aggregator.retained[statistic.words.lowerBound + word]
      try equal(
        real.retained(index, of: entry, word: word), kept.map { UInt64($0) },
        "what is retained [\(word)] of \(what)")
    }
    guard isComparable, state.isExact, statistic.kind == .cumulative, function == .sum else {
      return
    }
    switch real.delta(entry.group.schema.statistics[index], of: entry) {
    case .unknown?: break
    case .increase(let increase)?:
      let growth = state.growth[statistic.words.lowerBound] ?? 0
      try equal(increase, UInt64(growth), "the growth of \(what)")
    case let other: throw MismatchError(description: "\(what) fell: \(other as Any)")
    }
  }

  /// Checks that only the wanted groups are read, and that no two records share a word.
  private func checkPlaces(_ entries: [Plan.Entry], _ model: ModelTree) throws {
    var all = entries
    for entry in entries { all += real.memberEntries(of: entry) }
    var groups: [Int: UInt64] = [:]
    var words: [Int: UInt64] = [:]
    for entry in all {
      let (id, placement) = (entry.group.id, entry.placement)
      try equal(groups.updateValue(id, forKey: placement.index) ?? id, id, "the place")
      for word in placement.offset..<placement.offset + placement.count {
        try equal(words.updateValue(id, forKey: word) ?? id, id, "the words")
      }
    }
    try equal(Set(groups.values), Set(wanted.map(\.id)), "what is sampled")
  }

  private func equal<Value: Equatable>(_ real: Value, _ expected: Value, _ what: String) throws {
    if real == expected { return }
    throw MismatchError(description: "\(what) is \(real), not \(expected)")
  }
}
