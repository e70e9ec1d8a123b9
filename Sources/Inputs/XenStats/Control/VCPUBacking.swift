import LinuxSystem
import Statistics
import StatsTree
import XenTable

/// Reads vCPUs through the control interface.
///
/// A sample takes one call of the hypervisor per vCPU.
final class VCPUBacking: Backing {
  private struct Entry {
    let domain: UInt32
    let vcpu: Int
  }

  private let control: XenControl
  /// Reports whether a domain is paused, which the flags of its vCPUs do not show.
  private let lister: DomainLister
  private var entries = TokenTable<Entry>()
  private var info = XenVCPUInfo()

  init(_ lister: DomainLister) {
    self.lister = lister
    control = lister.control
  }

  /// Opens the group of a vCPU, and returns its token (the id of the group in this backing).
  func open(_ vcpu: Int, ofDomain domain: UInt32) -> Int {
    entries.open(Entry(domain: domain, vcpu: vcpu))
  }

  /// The number of open groups.
  var openCount: Int { entries.count }

  func close(_ token: Int) {
    entries.close(token)
  }

  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    entries.read(placements, into: &snapshot) { entry, placement, begin, snapshot in
      let code = control.read(entry.vcpu, ofDomain: entry.domain, into: &info)
      let end = monotonicNanoseconds()
      if code == 0 {
        let state = Self.state(of: info, isStopped: lister.isStopped(entry.domain))
        snapshot.fill(placement) { Self.store(info, state, into: &$0) }
        snapshot.finish(placement, Window(begin: begin, end: end))
      } else {
        snapshot.fail(placement, result: code)
      }
      return end
    }
  }

  private static func store(
    _ info: XenVCPUInfo, _ state: XenRunState, into record: inout MutableSpan<UInt64>
  ) {
    for word in record.indices { record[word] = Inactive.unsigned }
    record[runningWord] = info.runNanoseconds
    record[stateWord] = state.rawValue
    if info.isOnline { record[cpuWord] = UInt64(info.cpu) }
  }

  /// Returns the run state of a vCPU, from its three flags.
  ///
  /// A vCPU that neither runs nor is blocked waits for a CPU. If its domain is stopped, however,
  /// the hypervisor counts this time as offline.
  private static func state(of info: XenVCPUInfo, isStopped: Bool) -> XenRunState {
    guard info.isOnline else { return .offline }
    if info.isRunning { return .running }
    if info.isBlocked { return .blocked }
    return isStopped ? .offline : .runnable
  }

  private static let runningWord = word("running_ns")
  private static let stateWord = word("state")
  private static let cpuWord = word("cpu")

  private static func word(_ name: String) -> Int {
    guard let statistic = XenStatsSchemas.vcpu[name] else {
      preconditionFailure("a vCPU has no \(name)")
    }
    return statistic.words.lowerBound
  }
}
