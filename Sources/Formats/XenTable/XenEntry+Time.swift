extension XenVCPUEntry {
  /// What `times` run to, or nil where the table does not say.
  public var timesRunTo: UInt64? { sampleTime.value ?? stateEntryTime.value }

  /// The entry as it would be at `now` if the vCPU stayed in its state since the last update.
  ///
  /// A table is written when a vCPU changes its state: without this, one that never stops running
  /// shows a counter that stands still. `now` is a time of the table's clock; where it is before
  /// the sample, nothing changes.
  ///
  /// - Returns: nil where the table has no state or no time that the times run to.
  public func extrapolated(to now: UInt64) -> XenVCPUEntry? {
    guard let runState, let end = timesRunTo else { return nil }
    guard now > end else { return self }
    var entry = self
    entry.times[runState] = times[runState].advanced(by: now - end)
    entry.sampleTime = .value(now)
    return entry
  }

  /// The time spent running up to `now`: it grows on where the vCPU is running.
  public func runningTime(at now: UInt64) -> UInt64? {
    (extrapolated(to: now) ?? self).times.running.value
  }
}

extension XenDomainEntry {
  /// The sums over `vcpus`, each brought forward to `now`, and over what is gone.
  ///
  /// A sum is inactive where one vCPU lacks the time: a part is no sum. The sample time is inactive
  /// where one vCPU cannot be brought to `now`.
  public init(
    summing vcpus: Span<XenVCPUEntry>, gone: XenRunTimes? = nil, at now: UInt64,
    generation: UInt64? = nil
  ) {
    self.init(.inactive)
    var running: UInt64 = 0
    var start: UInt64?
    var isCurrent = true
    for state in XenRunState.allCases {
      times[state] = gone.map { $0[state] } ?? .value(0)
    }
    for index in vcpus.indices {
      let current = vcpus[index].extrapolated(to: now)
      let entry = current ?? vcpus[index]
      isCurrent = isCurrent && current?.sampleTime == .value(now)
      running += entry.runState == .running ? 1 : 0
      if let own = entry.startTime.value { start = min(start ?? own, own) }
      for state in XenRunState.allCases {
        if let own = entry.times[state].value {
          times[state] = times[state].advanced(by: own)
        } else {
          times[state] = .inactive
        }
      }
    }
    runningCount = isCurrent ? .value(running) : .inactive
    sampleTime = isCurrent ? .value(now) : .inactive
    vcpuCount = .value(UInt64(vcpus.count))
    startTime = start.map { .value($0) } ?? .inactive
    self.generation = generation.map { .value($0) } ?? .inactive
  }

  /// The time spent running by all vCPUs up to `now`, as if none had changed its state.
  public func runningTime(at now: UInt64) -> UInt64? {
    guard let time = times.running.value else { return nil }
    guard let end = sampleTime.value, let count = runningCount.value, now > end else {
      return time
    }
    let (growth, overflow) = (now - end).multipliedReportingOverflow(by: count)
    return times.running.advanced(by: overflow ? .max : growth).value
  }
}
