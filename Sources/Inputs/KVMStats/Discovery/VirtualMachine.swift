import StatsTree

/// A discovered VM: what discovery and the access methods share about it.
///
/// State that concerns one access method alone is kept by that method.
final class VirtualMachine {
  let source: Source
  /// The aggregates over its vCPUs.
  let aggregated: AggregatedSource
  /// The path of its control group, unless that is the root.
  let controlGroup: String?
  /// The number of its `kvm-vm` descriptor in the VMM: distinguishes the VMs of one process.
  let descriptor: CInt?
  /// Distinguishes it from all other VMs of the host, if the kernel reported it.
  var identity: UInt64?
  /// Its descriptors as of the last scan; `nil` if its process hands over or cannot be scanned.
  var scan: ScannedVM?
  /// The sources of its vCPUs.
  var vcpus: [Int: Source] = [:]
  /// Set if groups may be available that were not available before; cleared after each acquisition.
  var mayLackGroups = true
  /// Whether the VM itself has the group `kvm`.
  var hasStatistics = false
  /// The vCPUs that have the group `kvm`.
  var measuredVCPUs: Set<Int> = []
  /// The ids in the statistics files of its vCPUs.
  var statisticsIDs: [Int: String] = [:]
  /// The threads of vCPUs that a scan or the VMM reported.
  var reportedThreads: [Int: Int32] = [:]
  /// The threads of vCPUs that have the group `sched`.
  var threads: [Int: Int32] = [:]

  init(source: Source, descriptor: CInt?, controlGroup: String?, in tree: Tree) {
    self.source = source
    self.descriptor = descriptor
    self.controlGroup = controlGroup
    aggregated = AggregatedSource(source, in: tree)
  }

  /// Whether a scanned VM may be this one: a later VM can have the same descriptor number.
  func matches(_ scanned: ScannedVM) -> Bool {
    descriptor == scanned.descriptor
      && (identity == nil || scanned.identity == nil || identity == scanned.identity)
  }
}

/// Two VMs are equal if they are the same object; the key of an access method's state.
extension VirtualMachine: Hashable {
  static func == (lhs: VirtualMachine, rhs: VirtualMachine) -> Bool { lhs === rhs }

  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
