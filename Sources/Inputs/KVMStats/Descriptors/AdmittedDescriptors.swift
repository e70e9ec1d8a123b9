import KVMStatsFormat
import LinuxSystem
import StatsTree

/// The statistics descriptors of VMs that one access method obtained from other processes.
final class AdmittedDescriptors {
  private let sources: VMSources
  private let backing: StatsDescriptorBacking
  private let provenance: Provenance
  private var tokens: [VirtualMachine: [Int]] = [:]

  /// - Parameters:
  ///   - sources: The sources that get the groups.
  ///   - backing: Reads the descriptors; shared, so that a pass reads those of all methods at once.
  ///   - provenance: The provenance of the kernel's files. Memory files are simulations.
  init(_ sources: VMSources, _ backing: StatsDescriptorBacking, provenance: Provenance) {
    self.sources = sources
    self.backing = backing
    self.provenance = provenance
  }

  /// Attaches the group of a descriptor to the VM or to the vCPU that the id in the file names.
  ///
  /// Closes the descriptor if that source has the group `kvm` already.
  ///
  /// - Throws: The reason why the descriptor is refused; it is closed.
  func attach(
    _ descriptor: consuming Descriptor, to vm: VirtualMachine
  ) throws(KVMStatsError) {
    let file = try KVMStatsFile(admitting: descriptor, schemas: &sources.schemas)
    let (id, schema) = (file.id, file.schema)
    let isMemoryFile = file.descriptor.seals != nil
    let vcpu = KVMStatsFile.vcpuNumber(inID: id)
    guard let source = sources.unmeasured(vcpu, of: vm) else { return }
    if let vcpu { vm.statisticsIDs[vcpu] = id }
    let token = backing.open(file)
    tokens[vm, default: []].append(token)
    sources.attachStatistics(
      AcquiredGroup(
        kvm: schema, backing, token: token, isMemoryFile ? .simulated : provenance),
      to: source, vcpu: vcpu, of: vm)
  }

  /// Closes the descriptors of a VM.
  func release(_ vm: VirtualMachine) {
    for token in tokens.removeValue(forKey: vm) ?? [] { backing.close(token) }
  }
}
