import CVitals
public import LinuxSystem

// The communication with the publisher's process, and its health.
extension Reader {
  /// Returns a read-only descriptor of the table's file; another process can map the file with it.
  public func shareFile() throws(TableError) -> Descriptor {
    try systemCall { () throws(SystemError) in try descriptor.duplicate() }
  }

  /// Whether the reader can enable on-demand groups.
  public var hasBroker: Bool { broker?.isOpen ?? false }

  /// The number of the descriptor to poll(2) for changes, or `nil` without a broker.
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

  /// Tells the publisher that this reader no longer needs the groups.
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

  /// Determines whether the publisher runs.
  ///
  /// Makes one system call if the heartbeat is overdue or is not trusted.
  ///
  /// - Parameters:
  ///   - now: The current time, in nanoseconds of CLOCK_MONOTONIC.
  ///   - bootID: The 16 bytes of this boot's id; `nil` to skip the comparison with the table.
  ///   - trustsHeartbeat: Whether a recent heartbeat proves that the publisher runs. If not, the
  ///     function also queries the lock on the table's file.
  /// - Returns: The health according to the lock and the heartbeat.
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
    // If the connection is closed, the publisher might have been killed since its last heartbeat.
    if isRecent, trustsHeartbeat, broker?.isOpen ?? true { return .live }
    // A FUSE filesystem on top of the file's own filesystem hides locks. A dead publisher then
    // looks like a stopped publisher.
    if !isOnOwnFileSystem {
      return interval == 0 || isRecent ? .live : .stopped(since: min(beat, now))
    }
    guard (try? descriptor.isLockedElsewhere()) ?? false else { return .dead(since: beat) }
    return interval > 0 && beat <= now && !isRecent ? .stopped(since: beat) : .live
  }
}
