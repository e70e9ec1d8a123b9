import Statistics
import StatsTree

/// One sample of a group, as it must be.
struct ModelRecord {
  var words: [UInt64]
  var window = Window(begin: 0, end: 0)
  var status = Status.stale(since: 0)

  init(of schema: Schema) {
    words = Array(repeating: 0, count: schema.wordCount)
  }

  var wasRead: Bool { window.end > 0 }
  var hasNumbers: Bool { wasRead && status.hasNumbers }
}

/// What an aggregate remembers from pass to pass.
struct ModelAggregate {
  var fold: ModelFold
  var departed = 0
  /// The members whose numbers are in the last sample.
  var counted: Set<UInt64> = []
  /// What members had that left, and that may come back.
  var away: [UInt64: [UInt64]] = [:]
  var members = Members()
  /// How many of its members had each word that only grows.
  var active: [Int: Int] = [:]
  /// By word of the members' schema, what its members counted between the last two samples.
  var growth: [Int: Int] = [:]
  /// Whether all that began again was noticed.
  var isExact = true
}

/// A sampler of the reference, beside the real one: records by the numbers of groups.
final class ModelSampler {
  let real: Sampler
  let selection: Selection
  var current: [UInt64: ModelRecord] = [:]
  var previous: [UInt64: ModelRecord] = [:]
  var aggregates: [UInt64: ModelAggregate] = [:]
  /// The groups that left since the last pass.
  var left: Set<UInt64> = []
  /// What views show, and what is asked for them and for aggregates.
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

  /// Does what the real one has done; `isForgotten` where the tree knew no more what had happened
  /// since the last pass.
  func pass(_ model: ModelTree, windows: (ModelGroup) -> Window, isForgotten: Bool) {
    follow(model, isForgotten: isForgotten)
    previous = current
    for group in wanted where group.real.aggregation == nil {
      sample(group, windows(group))
    }
    for group in shown where group.real.aggregation != nil { fold(group, model) }
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
      guard let form = group.real.aggregation?.form else { continue }
      let members = members(of: group, model)
      var state = aggregates[group.id] ?? ModelAggregate(fold: ModelFold(form: form))
      let staying = Set(members.map(\.id)).subtracting(gone)
      for member in state.counted.subtracting(staying) {
        guard let last = current[member] else { continue }
        for (statistic, word) in state.fold.totals {
          state.fold.retain(last.words[word], at: word, statistic)
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

  private func fold(_ group: ModelGroup, _ model: ModelTree) {
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
        for (statistic, word) in state.fold.totals {
          state.fold.release(words[word], at: word, statistic)
          guard hadSample else { continue }
          state.fold.arrive(words[word], at: word, statistic, in: &before.words, sign: -1)
        }
      }
      if now.status == .gone { gone.append(now.words) } else { live.append(now.words) }
      if now.status == .up { fresh.append(now.window) } else { held.append(now.window) }
      let then = state.counted.contains(member.id) ? previous[member.id] : nil
      if hadSample { compare(now, then, &state, &before, isNoticed: isNoticed) }
      state.counted.insert(member.id)
    }
    state.members.departedCount = state.departed
    // Of what is gone only the totals count.
    var fold = state.fold
    for words in gone {
      for (statistic, word) in fold.totals { fold.retain(words[word], at: word, statistic) }
    }
    record.words = fold.record(live)
    record.status = .stale(since: 0)
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

  /// Whether members are compared with what they were: the counts of one are less in all, or
  /// others than before have a word.
  private func isNoticed(
    _ group: ModelGroup, _ model: ModelTree, _ state: inout ModelAggregate
  ) -> Bool {
    var active: [Int: Int] = [:]
    var isLess = false
    for member in members(of: group, model) {
      guard let now = current[member.id], now.wasRead else { continue }
      var (sum, last): (UInt64, UInt64) = (0, 0)
      for (statistic, word) in state.fold.totals {
        sum &+= now.words[word]
        last &+= previous[member.id]?.words[word] ?? 0
        if ModelFold.number(now.words[word], statistic) != nil { active[word, default: 0] += 1 }
      }
      if state.counted.contains(member.id), sum < last { isLess = true }
    }
    let least = state.fold.form.source.statistics.map { statistic in
      statistic.words.map { active[$0] ?? 0 }.min() ?? 0
    }
    let before = state.fold.form.source.statistics.map { statistic in
      statistic.words.map { state.active[$0] ?? 0 }.min() ?? 0
    }
    state.active = active
    return isLess || least != before
  }

  /// What became of a member's words that only grow: of a new one nothing did.
  private func compare(
    _ now: ModelRecord, _ then: ModelRecord?, _ state: inout ModelAggregate,
    _ before: inout ModelRecord, isNoticed: Bool
  ) {
    for (statistic, word) in state.fold.totals {
      let number = ModelFold.number(now.words[word], statistic)
      guard let then else {
        state.fold.arrive(now.words[word], at: word, statistic, in: &before.words)
        continue
      }
      let last = ModelFold.number(then.words[word], statistic)
      if let number, let last, number >= last {
        state.growth[word, default: 0] += number - last
      } else if last == nil, number == nil {
        continue
      } else if !isNoticed {
        state.isExact = false
      } else if last == nil {
        state.fold.arrive(now.words[word], at: word, statistic, in: &before.words)
      } else {
        state.fold.retain(then.words[word], at: word, statistic)
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
    case .stale: members.staleCount += 1
    case .denied: members.deniedCount += 1
    case .gone: members.goneCount += 1
    }
  }
}
