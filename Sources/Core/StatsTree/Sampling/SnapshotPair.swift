import Statistics

/// Keeps the last two snapshots of a sampler and answers queries about both.
///
/// Both snapshots are in one value, so that a query needs only one exclusive access to the sampler
/// instead of seven. The record of a group has the same placement in both snapshots.
struct SnapshotPair: ~Copyable {
  private(set) var current = Snapshot()
  private var previous = Snapshot()
  /// The record of a group that is read outside of a pass (a sampling of all groups).
  private var single = Snapshot()
  /// The baselines of the sampler, by the index of a group; see `Sampler.clear`.
  private var baselines: [Int: Baseline] = [:]

  init(_ plan: Plan) {
    grow(for: plan)
  }

  // MARK: - Membership

  mutating func grow(for plan: Plan) {
    current.grow(for: plan)
    previous.grow(for: plan)
  }

  /// Resets a placement that belonged to another group before.
  mutating func reset(_ placement: Placement) {
    current.reset(placement)
    previous.reset(placement)
    if !baselines.isEmpty { baselines[placement.index] = nil }
  }

  /// Moves the records and baselines to the placements that their groups have in a rebuilt plan.
  mutating func move(from old: Plan, to plan: Plan) {
    var moved = SnapshotPair(plan)
    for index in 0..<plan.slotCount {
      guard let entry = plan.entry(at: index), let before = old.placement(of: entry.group) else {
        continue
      }
      moved.current.copyRecord(to: entry.placement, from: current, at: before)
      moved.previous.copyRecord(to: entry.placement, from: previous, at: before)
      moved.baselines[index] = baselines[before.index]
    }
    self = moved
  }

  // MARK: - A pass

  /// Reads every group once; the current sample becomes the previous one.
  mutating func sample(_ plan: Plan) {
    swap(&current, &previous)
    current.markAllPending()
    plan.sample(into: &current)
    current.carryForward(from: previous, plan)
    // The loop uses indices, because an iterator allocates memory for each element in unoptimized
    // builds.
    for index in plan.aggregates.indices {
      plan.aggregates[index].update(&current, previous: &previous)
    }
    if !baselines.isEmpty { removeResetBaselines(plan) }
  }

  /// Sets a statistic of a group to zero in the current sample.
  mutating func setZero(_ statistic: Statistic, at placement: Placement) {
    current.fill(placement) { record in
      for word in statistic.words where !Inactive.marks(record[word], of: statistic) {
        record[word] = 0
      }
    }
  }

  /// Recomputes an aggregate after a statistic was set to zero in its members.
  mutating func recompute(_ aggregate: AggregateState, _ statistic: Int, isAll: Bool) {
    aggregate.recompute(statistic, isAll: isAll, &current)
  }

  // MARK: - One group

  /// Reads a group outside of a pass, into a separate record.
  ///
  /// If the backing has no new values, the result has the values of the last pass.
  mutating func read(_ group: Group, at placement: Placement) -> Reading {
    let alone = Placement(index: 0, offset: 0, count: placement.count, token: placement.token)
    single.resetToRecord(of: placement.count)
    group.backing.sample([alone], into: &single)
    guard !single.isFinished(0), current.hasNumbers(of: placement.index) else {
      return reading(single.copy(of: group.schema, at: alone), placement)
    }
    let window = current.window(of: placement.index)
    var status = single.status(of: 0)
    switch status {
    case .stale, .pending: status = .stale(since: window.end)
    case .up, .denied, .gone: break
    }
    let known = current.copy(of: group.schema, at: placement, status: status)
    return reading(known, placement)
  }

  /// Returns the values that a group had in the last pass.
  mutating func reading(of group: Group, at placement: Placement) -> Reading {
    reading(current.copy(of: group.schema, at: placement), placement)
  }

  /// Subtracts the sampler's baseline from values.
  private mutating func reading(_ reading: Reading, _ placement: Placement) -> Reading {
    guard !baselines.isEmpty, reading.hasNumbers, var baseline = baselines[placement.index] else {
      return reading
    }
    var reading = reading
    reading.subtract(&baseline)
    baselines[placement.index] = baseline
    return reading
  }

  // MARK: - Values

  func value(_ statistic: Statistic, at placement: Placement, word: Int) -> UInt64? {
    guard current.hasNumbers(of: placement.index), word < statistic.size else { return nil }
    let position = statistic.offset / 8 + word
    let value = current[placement.offset + position]
    if Inactive.marks(value, of: statistic) { return nil }
    if !baselines.isEmpty, let zero = baselines[placement.index]?.word(position) {
      return value &- zero
    }
    return value
  }

  func histogram(_ statistic: Statistic, at placement: Placement) -> Histogram? {
    guard current.hasNumbers(of: placement.index),
      let now = current.read(placement, { Histogram(of: statistic, in: $0) })
    else { return nil }
    guard !baselines.isEmpty, let baseline = baselines[placement.index],
      let then = baseline.histogram(statistic),
      case .increase(let since)? = try? now.change(since: then)
    else { return now }
    return since
  }

  // MARK: - Baselines

  /// Sets the baselines of statistics to the current values.
  mutating func setBaseline(_ statistics: some Sequence<Statistic>, at placement: Placement) {
    guard current.hasNumbers(of: placement.index) else { return }
    var baseline = baselines[placement.index] ?? Baseline(count: placement.count)
    for statistic in statistics { baseline.set(statistic, to: current.record(placement)) }
    baselines[placement.index] = baseline
  }

  /// Removes the baselines of statistics that were reset.
  private mutating func removeResetBaselines(_ plan: Plan) {
    for (index, baseline) in baselines {
      guard current.status(of: index) == .up, let entry = plan.entry(at: index) else { continue }
      for statistic in entry.group.schema.statistics
      where baseline.isAbove(statistic, in: current.record(entry.placement)) {
        baselines[index]?.remove(statistic)
      }
    }
  }

  // MARK: - Changes

  /// Returns `true` if both samples have values and the later sample is up.
  private func isComparable(_ placement: Placement) -> Bool {
    current.status(of: placement.index) == .up && previous.hasNumbers(of: placement.index)
  }

  func interval(at placement: Placement) -> Interval? {
    guard isComparable(placement) else { return nil }
    return Interval(
      from: previous.window(of: placement.index), to: current.window(of: placement.index))
  }

  func rate(_ statistic: Statistic, at placement: Placement) -> Rate? {
    guard statistic.size == 1, isComparable(placement) else { return nil }
    let word = placement.offset + statistic.offset / 8
    return Rate(
      of: statistic, from: previous[word], at: previous.window(of: placement.index),
      to: current[word], at: current.window(of: placement.index))
  }

  func delta(_ statistic: Statistic, at placement: Placement) -> Delta? {
    guard statistic.size == 1, isComparable(placement) else { return nil }
    let word = placement.offset + statistic.offset / 8
    return Delta(of: statistic, from: previous[word], to: current[word])
  }

  func change(_ statistic: Statistic, at placement: Placement) -> Histogram.Change? {
    guard isComparable(placement), current.hasNumbers(of: placement.index),
      let now = current.read(placement, { Histogram(of: statistic, in: $0) }),
      let then = previous.read(placement, { Histogram(of: statistic, in: $0) })
    else { return nil }
    return try? now.change(since: then)
  }
}
