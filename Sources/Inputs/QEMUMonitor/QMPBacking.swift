import LinuxSystem
import Statistics
public import StatsTree

/// Reads the statistics of VMs through the monitors of their QEMU processes.
///
/// A pass (a sampling of all groups) sends commands to all monitors and waits for them together, at
/// most until a deadline. If a monitor has not answered by then, its groups become stale. Later
/// passes do not wait for that monitor, and process its late answer after the answer has arrived.
/// Between passes, the backing has no connections except those on which it expects a late answer.
/// The reason is that a monitor serves one client at a time, and another client might be libvirt or
/// a human.
public final class QMPBacking: Backing {
  public let mayWait = true

  /// The maximum time for which a pass waits.
  private let timeoutNanoseconds: UInt64
  /// The poller of the connections, created at the first use.
  ///
  /// If the process has no free descriptor, the next use tries again.
  var poller: Poller?
  /// The monitors by index; nil after `close`.
  ///
  /// An index is never reused, because plans (the lists of groups to sample) might still contain
  /// it.
  var monitors: [QMPMonitor?] = []
  /// The indices of the monitors from which this pass requests values.
  private var requested: [Int] = []
  /// The number of passes and probes.
  private(set) var pass: UInt64 = 0

  /// Creates a backing without monitors.
  ///
  /// - Parameter deadlineMilliseconds: The maximum time for which a pass waits.
  public init(deadlineMilliseconds: Int = 100) {
    precondition(deadlineMilliseconds > 0, "a deadline of \(deadlineMilliseconds) ms")
    timeoutNanoseconds = UInt64(deadlineMilliseconds) * 1_000_000
  }

  // MARK: - Monitors

  /// Adds a monitor by the path of its socket; does not connect.
  ///
  /// - Returns: The index of the monitor.
  public func open(_ path: String) -> Int {
    monitors.append(QMPMonitor(path: path, timeoutNanoseconds: timeoutNanoseconds))
    return monitors.count - 1
  }

  /// Closes a monitor and its connection.
  ///
  /// Its groups get the status `gone`.
  public func close(_ monitor: Int) {
    endExchange(monitor)
    monitors[monitor] = nil
  }

  /// Closes all connections.
  ///
  /// Call this if the next pass is not imminent.
  public func suspend() {
    for monitor in monitors.indices { endExchange(monitor) }
  }

  /// Returns the token (the id in this backing) of the group of a VM.
  public func vmToken(_ monitor: Int) -> Int {
    QMPToken(monitor: monitor).rawValue
  }

  /// Returns the token (the id in this backing) of the group of a vCPU.
  public func vcpuToken(_ monitor: Int, _ index: Int) -> Int {
    precondition(QMPToken.indices.contains(index), "vCPU \(index)")
    return QMPToken(monitor: monitor, vcpu: index).rawValue
  }

  /// Returns the topology of a monitor with the current vCPUs; nil before a successful probe (first
  /// query).
  public func topology(_ monitor: Int) -> QMPTopology? {
    monitors[monitor]?.topology
  }

  /// Returns the reason why a monitor provides no values, as text for the user; nil if it provides
  /// values.
  public func diagnostic(_ monitor: Int) -> String? {
    monitors[monitor].flatMap { monitor in monitor.error.map { $0.diagnostic(monitor.path) } }
  }

  /// Returns the order in which a monitor lists the buckets of histograms.
  func bucketOrder(_ monitor: Int) -> QMPBucketOrder? {
    monitors[monitor]?.order
  }

  /// Returns the indices of the monitors whose vCPUs have changed since the last call.
  public func takeChanges() -> [Int] {
    let changed = monitors.indices.filter { monitors[$0]?.hasChanged ?? false }
    for monitor in changed { monitors[monitor]?.acknowledgeChange() }
    return changed
  }

  // MARK: - Probes

  /// Reads the topology of a monitor, within a deadline.
  public func probe(
    _ monitor: Int, deadlineMilliseconds: Int
  ) -> Result<QMPTopology, QMPError> {
    probeAll([monitor], deadlineMilliseconds: deadlineMilliseconds)[0]
  }

  /// Reads the topologies of several monitors concurrently, within one deadline.
  ///
  /// A probe that is not finished at the deadline fails.
  ///
  /// - Returns: The results in the order of `indices`.
  public func probeAll(
    _ indices: [Int], deadlineMilliseconds: Int
  ) -> [Result<QMPTopology, QMPError>] {
    pass += 1
    let deadline = monotonicNanoseconds() + UInt64(max(0, deadlineMilliseconds)) * 1_000_000
    for index in indices {
      endExchange(index)
      if let path = monitors[index]?.path {
        monitors[index] = QMPMonitor(path: path, timeoutNanoseconds: timeoutNanoseconds)
      }
      start(index, QMPMonitor.probeCommands, until: deadline)
    }
    wait(for: indices)
    return indices.map { index in
      let isUnfinished = monitors[index]?.exchange != nil
      endExchange(index)
      if isUnfinished, monitors[index]?.error == nil { monitors[index]?.error = .late }
      do throws(QMPError) {
        guard let topology = try monitors[index]?.finishProbe() else { return .failure(.notOpen) }
        return .success(topology)
      } catch {
        monitors[index]?.error = error
        return .failure(error)
      }
    }
  }

  // MARK: - Passes

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    pass += 1
    requested.removeAll(keepingCapacity: true)
    for placement in placements {
      let token = QMPToken(rawValue: placement.token)
      let isFirst = monitors[token.monitor]?.request(pass: pass, vcpu: token.vcpu != nil)
      if isFirst ?? false { requested.append(token.monitor) }
    }
    let begin = monotonicNanoseconds()
    for index in requested {
      guard let monitor = monitors[index] else { continue }
      if monitor.exchange != nil {
        // If a late answer has arrived, its values belong to this pass.
        advance(index)
      } else if monitor.timeout.skippedUntil <= begin {
        start(index, monitor.commands, until: begin + monitor.timeout.nanoseconds)
      }
    }
    wait(for: requested)
    for placement in placements { publish(placement, into: &snapshot) }
  }

  /// Writes to the snapshot the values of this pass, or the status that explains why there are
  /// none.
  private func publish(_ placement: Placement, into snapshot: inout Snapshot) {
    let token = QMPToken(rawValue: placement.token)
    guard let monitor = monitors[token.monitor] else { return snapshot.fail(placement, .gone) }
    guard let record = monitor.record(of: token.vcpu) else {
      let isGone = monitor.topology != nil && monitor.error == nil
      if isGone { snapshot.fail(placement, .gone) }
      if let status = monitor.error?.status, status != .pending {
        snapshot.fail(placement, status)
      }
      return
    }
    // A later probe might have found another schema, which the plan of this pass does not contain
    // yet.
    if record.pass == pass, record.words.count == placement.count {
      snapshot.fill(placement) { words in
        for index in 0..<record.words.count { words[index] = record.words[index] }
      }
      snapshot.finish(placement, record.window)
    } else if let status = monitor.error?.status, status != .pending {
      snapshot.fail(placement, status)
    }
  }
}
