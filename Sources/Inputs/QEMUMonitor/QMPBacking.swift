import LinuxSystem
import Statistics
public import StatsTree

/// The numbers of many virtual machines, through the monitors of their QEMUs.
///
/// A pass asks all monitors at once and waits for them together, at most until its deadline. A
/// monitor that has not answered then is stale, and later passes do not wait for it: they take
/// its late answer when it is there. Between passes no connection is open, but those that such an
/// answer is to come by: a monitor has room for one client, which may be libvirt or a person.
public final class QMPBacking: Backing {
  public let mayWait = true

  /// The most that a pass waits, in nanoseconds.
  private let longestWait: UInt64
  /// Nil where the process had no room for another descriptor; it is tried again.
  var poller: Poller?
  /// The monitors by number, nil once closed.
  ///
  /// A number is never given twice, since plans may still hold it.
  var monitors: [QMPMonitor?] = []
  /// The monitors of this pass.
  private var asked: [Int] = []
  /// Counts passes and probes.
  private(set) var pass: UInt64 = 0

  /// - Parameter deadlineMilliseconds: the most that a pass waits.
  public init(deadlineMilliseconds: Int = 100) {
    precondition(deadlineMilliseconds > 0, "a deadline of \(deadlineMilliseconds) ms")
    longestWait = UInt64(deadlineMilliseconds) * 1_000_000
  }

  // MARK: - Monitors

  /// Takes a monitor by the path of its socket; nothing is connected yet.
  public func open(_ path: String) -> Int {
    monitors.append(QMPMonitor(path: path, longestWait: longestWait))
    return monitors.count - 1
  }

  /// Ends all that is under way with a monitor; its groups are gone.
  public func close(_ monitor: Int) {
    end(monitor)
    monitors[monitor] = nil
  }

  /// Ends all that is under way, where no pass will come for a while.
  public func suspend() {
    for monitor in monitors.indices { end(monitor) }
  }

  /// The token of a machine's own group.
  public func vmToken(_ monitor: Int) -> Int {
    QMPToken(monitor: monitor).rawValue
  }

  /// The token of a vCPU's group.
  public func vcpuToken(_ monitor: Int, _ index: Int) -> Int {
    precondition(QMPToken.indices.contains(index), "vCPU \(index)")
    return QMPToken(monitor: monitor, vcpu: index).rawValue
  }

  /// What a monitor said of its machine, its vCPUs as of now; nil before a probe.
  public func topology(_ monitor: Int) -> QMPTopology? {
    monitors[monitor]?.topology
  }

  /// For a person: why a monitor's numbers do not come, or nil where they do.
  public func remark(_ monitor: Int) -> String? {
    monitors[monitor].flatMap { known in known.failure.map { $0.remark(known.path) } }
  }

  /// How a monitor lists the buckets of histograms.
  func bucketOrder(_ monitor: Int) -> QMPBucketOrder? {
    monitors[monitor]?.order
  }

  /// The monitors whose vCPUs have changed since this was asked last.
  public func takeChanges() -> [Int] {
    let changed = monitors.indices.filter { monitors[$0]?.hasChanged ?? false }
    for monitor in changed { monitors[monitor]?.acknowledge() }
    return changed
  }

  // MARK: - Probes

  /// Asks a monitor for all that it tells only once.
  public func probe(
    _ monitor: Int, deadlineMilliseconds: Int
  ) -> Result<QMPTopology, QMPError> {
    probeAll([monitor], deadlineMilliseconds: deadlineMilliseconds)[0]
  }

  /// Asks several monitors together, with one deadline: their results in the same order.
  ///
  /// A probe that has not come to its end then is given up.
  public func probeAll(
    _ numbers: [Int], deadlineMilliseconds: Int
  ) -> [Result<QMPTopology, QMPError>] {
    pass += 1
    let limit = monotonicNanoseconds() + UInt64(max(0, deadlineMilliseconds)) * 1_000_000
    for number in numbers {
      end(number)
      if let path = monitors[number]?.path {
        monitors[number] = QMPMonitor(path: path, longestWait: longestWait)
      }
      start(number, QMPMonitor.probeQuestions, until: limit)
    }
    wait(for: numbers)
    return numbers.map { number in
      let isUnfinished = monitors[number]?.exchange != nil
      end(number)
      if isUnfinished, monitors[number]?.failure == nil { monitors[number]?.failure = .late }
      do throws(QMPError) {
        guard let topology = try monitors[number]?.conclude() else { return .failure(.notOpen) }
        return .success(topology)
      } catch {
        monitors[number]?.failure = error
        return .failure(error)
      }
    }
  }

  // MARK: - Passes

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    pass += 1
    asked.removeAll(keepingCapacity: true)
    for placement in placements {
      let token = QMPToken(rawValue: placement.token)
      let isFirst = monitors[token.monitor]?.ask(pass: pass, vcpu: token.vcpu != nil)
      if isFirst ?? false { asked.append(token.monitor) }
    }
    let begin = monotonicNanoseconds()
    for number in asked {
      guard let monitor = monitors[number] else { continue }
      if monitor.exchange != nil {
        // Its answer is late. Where it is there, it is this pass's.
        advance(number)
      } else if monitor.patience.restsUntil <= begin {
        start(number, monitor.questions, until: begin + monitor.patience.allowance)
      }
    }
    wait(for: asked)
    for placement in placements { publish(placement, into: &snapshot) }
  }

  /// Puts this pass's numbers into a record, or says why there are none.
  private func publish(_ placement: Placement, into snapshot: inout Snapshot) {
    let token = QMPToken(rawValue: placement.token)
    guard let monitor = monitors[token.monitor] else { return snapshot.fail(placement, .gone) }
    guard let record = monitor.record(of: token.vcpu) else {
      let isGone = monitor.topology != nil && monitor.failure == nil
      if isGone { snapshot.fail(placement, .gone) }
      if let status = monitor.failure?.status, !status.hasNumbers {
        snapshot.fail(placement, status)
      }
      return
    }
    // A probe in between may have found another schema, which the plan does not know yet.
    if record.pass == pass, record.words.count == placement.count {
      snapshot.fill(placement) { words in
        for index in 0..<record.words.count { words[index] = record.words[index] }
      }
      snapshot.finish(placement, record.window)
    } else if let status = monitor.failure?.status, !status.hasNumbers {
      snapshot.fail(placement, status)
    }
  }
}
