extension XenVCPUEntry {
  /// The point in time up to which `times` were counted, or `nil` if the table does not contain
  /// this time.
  public var timesEnd: UInt64? { sampleTime.value ?? stateEntryTime.value }

  /// Returns the entry as it is at `now` if the vCPU has stayed in its state since the last update.
  ///
  /// Xen writes an entry when a vCPU changes its state. Without extrapolation, the counter of a
  /// vCPU that never stops running would not change.
  ///
  /// - Parameter now: A time of the table's clock. If `now` is before the time of the entry, the
  ///   result is the unchanged entry.
  /// - Returns: `nil` if the entry does not contain the state of the vCPU, or the time up to which
  ///   its times count.
  public func extrapolated(to now: UInt64) -> XenVCPUEntry? {
    guard let runState, let end = timesEnd else { return nil }
    guard now > end else { return self }
    var entry = self
    entry.times[runState] = times[runState].advanced(by: now - end)
    entry.sampleTime = .value(now)
    return entry
  }

  /// The time that the vCPU spent running up to `now`.
  ///
  /// The time is extrapolated if the vCPU was running at the last update.
  public func runningTime(at now: UInt64) -> UInt64? {
    (extrapolated(to: now) ?? self).times.running.value
  }
}

extension XenDomainEntry {
  /// Adds up the times of `vcpus`, each extrapolated to `now`, and of removed vCPUs.
  ///
  /// A sum is inactive (without a value) if one vCPU lacks the time, because a partial sum would be
  /// wrong. The sample time is inactive if one vCPU cannot be extrapolated to `now`.
  ///
  /// - Parameters:
  ///   - vcpus: The entries of the vCPUs.
  ///   - gone: The times of vCPUs that were removed.
  ///   - now: The time of the sums, on the table's clock.
  ///   - generation: The generation of the entry.
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

  /// The time that all vCPUs together spent running up to `now`.
  ///
  /// The result is exact if no vCPU has changed its state since the last update.
  public func runningTime(at now: UInt64) -> UInt64? {
    guard let time = times.running.value else { return nil }
    guard let end = sampleTime.value, let count = runningCount.value, now > end else {
      return time
    }
    let (growth, overflow) = (now - end).multipliedReportingOverflow(by: count)
    return times.running.advanced(by: overflow ? .max : growth).value
  }
}
