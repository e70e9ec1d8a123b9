import CVitals
public import LinuxSystem

// What a reader knows of, and asks from, the publisher's process.
extension Reader {
  /// The table's file, open for reading, for somebody else who wants to map it.
  public func shareFile() throws(TableError) -> Descriptor {
    try systemCall { () throws(SystemError) in try descriptor.duplicate() }
  }

  /// Whether the table can be asked for groups on demand.
  public var hasBroker: Bool { broker?.isOpen ?? false }

  /// The descriptor to wait on for changes, or nil without a broker (poll(2)).
  public var changeDescriptor: Int32? { broker?.rawValue }

  /// Waits until the publisher says that something changed, or goes: false where time is over.
  public func waitForChange(milliseconds: Int) -> Bool {
    broker?.waitForInput(milliseconds: milliseconds) ?? false
  }

  /// Takes what the publisher said meanwhile, without waiting: whether it is still there to be
  /// asked.
  @discardableResult
  public func hear() -> Bool {
    takeAnnex()
    return hasBroker
  }

  /// Asks for groups that are kept on demand, for as long as this reader lives.
  ///
  /// - Returns: how many of them the publisher keeps from now on.
  /// - Throws: `refused`, also where there is no broker, and `silent`.
  @discardableResult
  public func enable(_ groups: [TableGroup]) throws(TableError) -> Int {
    try ask(VITALS_ENABLE, groups)
  }

  /// Asks for the groups no longer.
  public func disable(_ groups: [TableGroup]) throws(TableError) {
    _ = try ask(VITALS_DISABLE, groups)
  }

  private func ask(
    _ operation: vitals_operation, _ groups: [TableGroup]
  ) throws(TableError) -> Int {
    guard let broker else {
      throw .untrusted(
        file: file, reason: "it has no publisher behind it that could be asked for a group")
    }
    var count = 0
    var rest = groups.map(\.id)[...]
    while !rest.isEmpty {
      let part = rest.prefix(Int(VITALS_MESSAGE_IDS))
      rest = rest.dropFirst(part.count)
      count += try broker.ask(operation, for: Array(part))
    }
    takeAnnex()
    return count
  }

  /// When the publisher last said that it runs, in nanoseconds of CLOCK_MONOTONIC.
  public var heartbeat: UInt64 {
    view.table.mapping.loadRelaxed(UInt64.self, at: Layout.Header.heartbeat)
  }

  /// Whether the publisher runs; one system call where it has not said so for a while.
  ///
  /// - Parameters:
  ///   - now: in nanoseconds of CLOCK_MONOTONIC.
  ///   - bootID: the 16 bytes of this boot's id; nil does not compare.
  ///   - trustsHeartbeat: whether a recent one is enough; else the lock is asked, by a system call.
  /// - Returns: what the table's lock and heartbeat say.
  public func health(
    now: UInt64 = monotonicNanoseconds(), bootID: [UInt8]? = nil, trustsHeartbeat: Bool = true
  ) -> PublisherHealth {
    if let bootID, bootID != identity.bootID { return .ofFormerBoot }
    if view.table.mapping.loadAcquiring(UInt32.self, at: Layout.Header.state)
      == VITALS_CLOSED.rawValue
    {
      return .closed
    }
    let beat = heartbeat
    let interval = header.heartbeat_interval_ns
    let (patience, overflow) = interval.multipliedReportingOverflow(by: 3)
    let isRecent = interval > 0 && !overflow && beat <= now && now - beat <= patience
    // Who hung up may have been killed since the last heartbeat.
    if isRecent, trustsHeartbeat, broker?.isOpen ?? true { return .live }
    // Through a filesystem on top of the file's own no lock is seen: a death is a silence there.
    if !isOnOwnFileSystem {
      return interval == 0 || isRecent ? .live : .stopped(since: min(beat, now))
    }
    guard (try? descriptor.isLockedElsewhere()) ?? false else { return .dead(since: beat) }
    return interval > 0 && beat <= now && !isRecent ? .stopped(since: beat) : .live
  }
}
