import Statistics
import StatsTree

/// The expected sample of a group.
struct ModelRecord {
  var words: [UInt64]
  var window = Window(begin: 0, end: 0)
  var status = Status.pending

  init(of schema: Schema) {
    words = Array(repeating: 0, count: schema.wordCount)
  }

  var wasRead: Bool { window.end > 0 }
  var hasNumbers: Bool { wasRead && status.hasNumbers }
}

/// The state of an aggregate between passes.
struct ModelAggregate {
  var aggregator: ModelAggregator
  var departed = 0
  /// The members whose values are in the last sample.
  var counted: Set<UInt64> = []
  /// The words of departed members that may return.
  var away: [UInt64: [UInt64]] = [:]
  var members = Members()
  /// For each word that only grows, the number of members that have it.
  var active: [Int: Int] = [:]
  /// The growth between the last two samples, by word of the members' schema.
  var growth: [Int: Int] = [:]
  /// Whether all resets were detected.
  var isExact = true
}

/// The reference of a sampler, beside the real one: records by the ids of groups.
final class ModelSampler {
  let real: Sampler
  let selection: Selection
  var current: [UInt64: ModelRecord] = [:]
  var previous: [UInt64: ModelRecord] = [:]
  var aggregates: [UInt64: ModelAggregate] = [:]
  /// The groups that left since the last pass.
  var left: Set<UInt64> = []
  /// The groups that views show, and the groups that are read for views and aggregates.
  var shown: [ModelGroup] = []
  var wanted: [ModelGroup] = []

  init(_ tree: Tree, _ selection: Selection) {
    real = Sampler(tree, selection)
    self.selection = selection
  }

  func shownStatistics(_ group: ModelGroup) -> [Int] {
    let statistics = group.real.schema.statistics
    return statistics.indices.filter { selection.statistics.matches(statistics[$0].name) }
  }

  private func isVisible(_ group: ModelGroup, _ model: ModelTree) -> Bool {
    selection.viewer.sees(model.owner(group.source))
  }

  private func isShown(_ group: ModelGroup, _ model: ModelTree) -> Bool {
    group.source !== model.root && isVisible(group, model)
      && (selection.includesHidden || !model.isHidden(group.source) && !group.real.isHidden)
      && selection.sources.matches(model.path(group.source))
      && (selection.parts == .all || group.real.aggregation != nil)
      && (group.real.schema.statistics.isEmpty || !shownStatistics(group).isEmpty)
  }

  // MARK: - A pass

  /// Repeats a pass of the real sampler.
  ///
  /// `isForgotten` is `true` if the tree no longer had all changes since the last pass.
  func pass(_ model: ModelTree, windows: (ModelGroup) -> Window, isForgotten: Bool) {
    follow(model, isForgotten: isForgotten)
    previous = current
    for group in wanted where group.real.aggregation == nil {
      sample(group, windows(group))
    }
    for group in shown where group.real.aggregation != nil { aggregate(group, model) }
  }

  func members(of aggregate: ModelGroup, _ model: ModelTree) -> [ModelGroup] {
    model.members(of: aggregate).filter { isVisible($0, model) }
  }

  private func follow(_ model: ModelTree, isForgotten: Bool) {
    let gone = isForgotten ? [] : left
    left = []
    shown = model.groups.filter { isShown($0, model) }
    wanted = shown
    var known = Set(shown.map(\.id))
    aggregates = aggregates.filter { known.contains($0.key) && !gone.contains($0.key) }
    for group in shown {
      guard let definition = group.real.aggregation?.definition else { continue }
      let members = members(of: group, model)
      var state =
        aggregates[group.id] ?? ModelAggregate(aggregator: ModelAggregator(definition: definition))
      let staying = Set(members.map(\.id)).subtracting(gone)
      for member in state.counted.subtracting(staying) {
        guard let last = current[member] else { continue }
        for (statistic, word) in state.aggregator.totals {
          state.aggregator.retain(last.words[word], at: word, statistic)
        }
        state.departed += 1
        state.away[member] = last.words
      }
      state.counted.formIntersection(staying)
      aggregates[group.id] = state
      for member in members where known.insert(member.id).inserted { wanted.append(member) }
    }
    current = current.filter { known.contains($0.key) && !gone.contains($0.key) }
    for group in wanted where current[group.id] == nil {
      current[group.id] = ModelRecord(of: group.real.schema)
    }
  }

  private func sample(_ group: ModelGroup, _ window: Window) {
    guard var record = current[group.id] else { return }
    switch group.nature {
    case .up, .ended:
      record.words = group.words
      record.window = window
      record.status = group.nature == .up ? .up : .stale(since: window.end)
    case .silent, .torn:
      if record.hasNumbers { record.status = .stale(since: record.window.end) }
    case .denied: record.status = .denied(code: 13)
    case .gone: record.status = .gone
    }
    current[group.id] = record
  }

  private func aggregate(_ group: ModelGroup, _ model: ModelTree) {
    guard var state = aggregates[group.id], var before = previous[group.id] else { return }
    var record = before
    let hadSample = before.wasRead
    var (fresh, held): ([Window], [Window]) = ([], [])
    var (live, gone): ([[UInt64]], [[UInt64]]) = ([], [])
    var isDenied = false
    state.members = Members()
    state.growth = [:]
    let isNoticed = isNoticed(group, model, &state)
    state.isExact = true
    for member in members(of: group, model) {
      guard let now = current[member.id] else { continue }
      count(now.status, in: &state.members)
      guard now.wasRead else {
        if case .denied = now.status { isDenied = true }
        continue
      }
      if let words = state.away.removeValue(forKey: member.id) {
        state.departed -= 1
        for (statistic, word) in state.aggregator.totals {
          state.aggregator.release(words[word], at: word, statistic)
          guard hadSample else { continue }
          state.aggregator.arrive(words[word], at: word, statistic, in: &before.words, sign: -1)
        }
      }
      if now.status == .gone { gone.append(now.words) } else { live.append(now.words) }
      if now.status == .up { fresh.append(now.window) } else { held.append(now.window) }
      let then = state.counted.contains(member.id) ? previous[member.id] : nil
      if hadSample { compare(now, then, &state, &before, isNoticed: isNoticed) }
      state.counted.insert(member.id)
    }
    state.members.departedCount = state.departed
    // A member that is gone counts with its totals only.
    var aggregator = state.aggregator
    for words in gone {
      for (statistic, word) in aggregator.totals {
        aggregator.retain(words[word], at: word, statistic)
      }
    }
    record.words = aggregator.record(live)
    record.status = .pending
    if let union = union(fresh) ?? union(held) {
      record.window = union
      record.status = fresh.isEmpty ? .stale(since: union.end) : .up
    } else if hadSample {
      record.status = .stale(since: before.window.end)
    } else if isDenied {
      record.status = .denied(code: 13)
    }
    aggregates[group.id] = state
    previous[group.id] = before
    current[group.id] = record
  }

  /// Returns `true` if members are compared with the last sample.
  ///
  /// That is the case if the sum of a member's counts fell, or if the number of members with a word
  /// changed.
  private func isNoticed(
    _ group: ModelGroup, _ model: ModelTree, _ state: inout ModelAggregate
  ) -> Bool {
    var active: [Int: Int] = [:]
    var isLess = false
    for member in members(of: group, model) {
      guard let now = current[member.id], now.wasRead else { continue }
      var (sum, last): (UInt64, UInt64) = (0, 0)
      for (statistic, word) in state.aggregator.totals {
        sum &+= now.words[word]
        last &+= previous[member.id]?.words[word] ?? 0
        if ModelAggregator.number(now.words[word], statistic) != nil {
          active[word, default: 0] += 1
        }
      }
      if state.counted.contains(member.id), sum < last { isLess = true }
    }
    let least = state.aggregator.definition.members.statistics.map { statistic in
      statistic.words.map { active[$0] ?? 0 }.min() ?? 0
    }
    let before = state.aggregator.definition.members.statistics.map { statistic in
      statistic.words.map { state.active[$0] ?? 0 }.min() ?? 0
    }
    state.active = active
    return isLess || least != before
  }

  /// Compares the words of a member that only grow; those of a new member are not growth.
  private func compare(
    _ now: ModelRecord, _ then: ModelRecord?, _ state: inout ModelAggregate,
    _ before: inout ModelRecord, isNoticed: Bool
  ) {
    for (statistic, word) in state.aggregator.totals {
      let number = ModelAggregator.number(now.words[word], statistic)
      guard let then else {
        state.aggregator.arrive(now.words[word], at: word, statistic, in: &before.words)
        continue
      }
      let last = ModelAggregator.number(then.words[word], statistic)
      if let number, let last, number >= last {
        state.growth[word, default: 0] += number - last
      } else if last == nil, number == nil {
        continue
      } else if !isNoticed {
        state.isExact = false
      } else if last == nil {
        state.aggregator.arrive(now.words[word], at: word, statistic, in: &before.words)
      } else {
        state.aggregator.retain(then.words[word], at: word, statistic)
        state.growth[word, default: 0] += number ?? 0
      }
    }
  }

  private func union(_ windows: [Window]) -> Window? {
    guard let begin = windows.map(\.begin).min(), let end = windows.map(\.end).max() else {
      return nil
    }
    return Window(begin: begin, end: end)
  }

  private func count(_ status: Status, in members: inout Members) {
    members.count += 1
    switch status {
    case .up: members.upCount += 1
    case .stale, .pending: members.staleCount += 1
    case .denied: members.deniedCount += 1
    case .gone: members.goneCount += 1
    }
  }
}
