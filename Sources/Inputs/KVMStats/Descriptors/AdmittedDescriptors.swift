import KVMStatsFormat
import LinuxSystem
import StatsTree

/// Keeps the statistics descriptors that one access method obtained from other processes.
final class AdmittedDescriptors {
  private let sources: VMSources
  private let backing: StatsDescriptorBacking
  private let provenance: Provenance
  private var tokens: [VirtualMachine: [Int]] = [:]

  /// - Parameters:
  ///   - sources: The sources that get the groups.
  ///   - backing: Reads the descriptors. All methods share the backing, so that one pass (a
  ///     sampling of all groups) reads all descriptors at once.
  ///   - provenance: The provenance of the kernel's statistics files. Memory files are marked as
  ///     simulations instead.
  init(_ sources: VMSources, _ backing: StatsDescriptorBacking, provenance: Provenance) {
    self.sources = sources
    self.backing = backing
    self.provenance = provenance
  }

  /// Attaches the group of a descriptor to the VM or vCPU whose id is in the file.
  ///
  /// If the source of that VM or vCPU already has the group `kvm`, closes the descriptor instead.
  ///
  /// - Throws: The reason why the descriptor is refused. The descriptor is then closed.
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
