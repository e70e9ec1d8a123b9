import LinuxSystem
import Statistics
import StatsTree
import Testing

@testable import QEMUMonitor

/// A tree of VMs that are sampled through their monitors.
struct QMPHost {
  let backing: QMPBacking
  let tree = Tree()
  let sampler: Sampler
  /// The indices of the monitors in the backing.
  private(set) var monitors: [Int] = []

  init(paths: [String], deadlineMilliseconds: Int = 100) throws {
    backing = QMPBacking(deadlineMilliseconds: deadlineMilliseconds)
    monitors = paths.map(backing.open)
    let results = backing.probeAll(monitors, deadlineMilliseconds: 5000)
    for (monitor, result) in zip(monitors, results) {
      let topology = try result.get()
      let source = tree.source("kvm/vm\(monitor)")
      if let schema = topology.vm {
        try tree.attach(
          "kvm", schema: schema, backing: backing, token: backing.vmToken(monitor),
          provenance: .qmp, to: source)
      }
      guard let schema = topology.vcpu else { continue }
      for vcpu in topology.vcpus {
        try tree.attach(
          "kvm", schema: schema, backing: backing,
          token: backing.vcpuToken(monitor, vcpu.index), provenance: .qmp,
          to: tree.source("kvm/vm\(monitor)/vcpu\(vcpu.index)"))
      }
    }
    sampler = Sampler(tree)
  }

  /// Runs a pass and returns its duration in milliseconds.
  @discardableResult
  func pass() -> Double {
    let begin = monotonicNanoseconds()
    sampler.pass()
    return Double(monotonicNanoseconds() - begin) / 1e6
  }

  /// Returns the plan entry of a VM or of one of its vCPUs.
  func entry(_ monitor: Int, vcpu: Int? = nil) throws -> Plan.Entry {
    let path = "kvm/vm\(monitor)" + (vcpu.map { "/vcpu\($0)" } ?? "")
    return try #require(sampler.plan.entries.first { $0.group.source.path == path })
  }

  func status(_ monitor: Int, vcpu: Int? = nil) throws -> Status {
    sampler.status(of: try entry(monitor, vcpu: vcpu))
  }

  func value(_ name: String, _ monitor: Int, vcpu: Int? = nil) throws -> UInt64? {
    let entry = try entry(monitor, vcpu: vcpu)
    return sampler.value(try #require(entry.group.schema[name]), of: entry)
  }

  func isStale(_ monitor: Int, vcpu: Int? = nil) throws -> Bool {
    if case .stale = try status(monitor, vcpu: vcpu) { return true }
    return false
  }
}
