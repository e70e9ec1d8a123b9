import StatsTree

/// Stores the facts about one VM that discovery and the access methods share.
///
/// State that only one access method needs is stored in that method.
final class VirtualMachine {
  let source: Source
  /// The aggregates over the vCPUs of the VM.
  let aggregated: AggregatedSource
  /// The path of the control group of the VM's process; `nil` for the root group.
  let controlGroup: String?
  /// The file descriptor of `kvm-vm` in the VMM, which distinguishes the VMs of one process.
  let descriptor: CInt?
  /// An id that distinguishes the VM from all other VMs of the host; `nil` if the kernel did not
  /// report one.
  var identity: UInt64?
  /// The VM's descriptors as of the last scan; `nil` if its process hands over descriptors or
  /// cannot be scanned.
  var scan: ScannedVM?
  /// The sources of the VM's vCPUs, by vCPU.
  var vcpus: [Int: Source] = [:]
  /// Whether groups might be available that the VM lacks.
  ///
  /// The value becomes `false` after the access methods have tried to attach groups.
  var mayLackGroups = true
  /// Whether the VM itself has the group `kvm`.
  var hasStatistics = false
  /// The vCPUs that have the group `kvm`.
  var measuredVCPUs: Set<Int> = []
  /// The ids in the statistics files of the VM's vCPUs, by vCPU.
  var statisticsIDs: [Int: String] = [:]
  /// The threads of vCPUs that a scan or the VMM reported, by vCPU.
  var reportedThreads: [Int: Int32] = [:]
  /// The threads of the vCPUs that have the group `sched`, by vCPU.
  var threads: [Int: Int32] = [:]

  init(source: Source, descriptor: CInt?, controlGroup: String?, in tree: Tree) {
    self.source = source
    self.descriptor = descriptor
    self.controlGroup = controlGroup
    aggregated = AggregatedSource(source, in: tree)
  }

  /// Returns whether a scanned VM can be this VM.
  ///
  /// The file descriptor alone is no proof, because a later VM can have the same one.
  func matches(_ scanned: ScannedVM) -> Bool {
    descriptor == scanned.descriptor
      && (identity == nil || scanned.identity == nil || identity == scanned.identity)
  }
}

/// VMs are compared by object identity, so that an access method can store its state by VM.
extension VirtualMachine: Hashable {
  static func == (lhs: VirtualMachine, rhs: VirtualMachine) -> Bool { lhs === rhs }

  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
