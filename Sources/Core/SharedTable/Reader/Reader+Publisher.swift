import CVitals
public import LinuxSystem

// The reader's relation to the publisher's process.
extension Reader {
  /// Returns a read-only descriptor of the table's file, for another process to map.
  public func shareFile() throws(TableError) -> Descriptor {
    try systemCall { () throws(SystemError) in try descriptor.duplicate() }
  }

  /// Whether the reader can enable on-demand groups.
  public var hasBroker: Bool { broker?.isOpen ?? false }

  /// The descriptor to poll(2) for changes, or `nil` without a broker.
  public var changeDescriptor: Int32? { broker?.rawValue }

  /// Waits until the publisher announces a change or ends.
  ///
  /// - Returns: `false` after the timeout.
  public func waitForChange(milliseconds: Int) -> Bool {
    broker?.waitForInput(milliseconds: milliseconds) ?? false
  }

  /// Receives pending messages of the publisher without waiting.
  ///
  /// - Returns: `true` if the connection is still open.
  @discardableResult
  public func receive() -> Bool {
    updateOnDemandMapping()
    return hasBroker
  }

  /// Enables on-demand groups for the lifetime of this reader.
  ///
  /// - Returns: The number of groups that the publisher enabled.
  /// - Throws: `refused`, `timedOut`, or `untrusted` if there is no broker.
  @discardableResult
  public func enable(_ groups: [TableGroup]) throws(TableError) -> Int {
    try request(VITALS_ENABLE, groups)
  }

  /// Withdraws the demand for groups.
  public func disable(_ groups: [TableGroup]) throws(TableError) {
    _ = try request(VITALS_DISABLE, groups)
  }

  private func request(
    _ operation: vitals_operation, _ groups: [TableGroup]
  ) throws(TableError) -> Int {
    guard let broker else {
      throw .untrusted(
        file: file, reason: "it is a file; on-demand groups require its publisher's socket")
    }
    var count = 0
    var rest = groups.map(\.id)[...]
    while !rest.isEmpty {
      let part = rest.prefix(Int(VITALS_MESSAGE_IDS))
      rest = rest.dropFirst(part.count)
      count += try broker.request(operation, for: Array(part))
    }
    updateOnDemandMapping()
    return count
  }

  /// The time of the publisher's last heartbeat, in nanoseconds of CLOCK_MONOTONIC.
  public var heartbeat: UInt64 {
    view.table.mapping.loadRelaxed(UInt64.self, at: Layout.Header.heartbeat)
  }

  /// Determines whether the publisher runs; one system call if the heartbeat is overdue.
  ///
  /// - Parameters:
  ///   - now: The current time, in nanoseconds of CLOCK_MONOTONIC.
  ///   - bootID: The 16 bytes of this boot's id; `nil` skips the comparison.
  ///   - trustsHeartbeat: Whether a recent heartbeat is sufficient; otherwise the lock is queried.
  /// - Returns: The state according to the table's lock and heartbeat.
  public func health(
    now: UInt64 = monotonicNanoseconds(), bootID: [UInt8]? = nil, trustsHeartbeat: Bool = true
  ) -> PublisherHealth {
    if let bootID, bootID != identity.bootID { return .previousBoot }
    if view.table.mapping.loadAcquiring(UInt32.self, at: Layout.Header.state)
      == VITALS_CLOSED.rawValue
    {
      return .closed
    }
    let beat = heartbeat
    let interval = header.heartbeat_interval_ns
    let (timeout, overflow) = interval.multipliedReportingOverflow(by: 3)
    let isRecent = interval > 0 && !overflow && beat <= now && now - beat <= timeout
    // A publisher that closed the connection may have been killed since its last heartbeat.
    if isRecent, trustsHeartbeat, broker?.isOpen ?? true { return .live }
    // Another filesystem on top of the file's own hides locks: a dead publisher appears
    // unresponsive.
    if !isOnOwnFileSystem {
      return interval == 0 || isRecent ? .live : .stopped(since: min(beat, now))
    }
    guard (try? descriptor.isLockedElsewhere()) ?? false else { return .dead(since: beat) }
    return interval > 0 && beat <= now && !isRecent ? .stopped(since: beat) : .live
  }
}
