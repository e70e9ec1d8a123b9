import KVMKernelReader
import LinuxSystem

/// Finds the VMs of a process from its open KVM descriptors.
struct DescriptorScan {
  var vms: [ScannedVM] = []
  /// Whether the process declares that it only observes VMs.
  ///
  /// `vms` is empty for such a process.
  var isWatcher = false

  /// Reads the names of all descriptors of a process.
  ///
  /// A process without a VM or vCPU descriptor has no VM. This also applies to an observer, which
  /// holds only copies of statistics descriptors. If a process has several VMs, each descriptor
  /// belongs to the last `kvm-vm` before it, because a VMM opens the descriptors in that order. A
  /// descriptor before the first `kvm-vm` belongs to the first VM.
  ///
  /// - Throws: `ENOENT` if the process does not exist, `EACCES` if the caller is not allowed to
  ///   trace the process.
  package init(process pid: Int32, roots: SystemRoots) throws(SystemError) {
    let directory = "\(roots.process(pid))/fd"
    let numbers = try directoryEntries(directory).compactMap { CInt($0) }.sorted()
    var vm = ScannedVM()
    for number in numbers {
      // The process might close a descriptor during the scan.
      guard let name = try? readLink("\(directory)/\(number)") else { continue }
      if name.hasPrefix("/memfd:\(KernelProbe.watcherName)") {
        vms = []
        isWatcher = true
        return
      }
      guard name.hasPrefix("anon_inode:kvm-") else { continue }
      let parts = name.dropFirst("anon_inode:".count).split(separator: ":")
      let vcpu = parts.count > 1 ? Int(parts[1]) : nil
      switch (parts[0], vcpu) {
      case ("kvm-vm", _):
        if vm.descriptor == nil {
          vm.descriptor = number
        } else {
          vms.append(vm)
          vm = ScannedVM(descriptor: number)
        }
      case ("kvm-vcpu", let vcpu?):
        vm.vcpus[vcpu] = number
      case ("kvm-vm-stats", _):
        vm.statistics = vm.statistics ?? number
      case ("kvm-vcpu-stats", let vcpu?):
        if vm.vcpuStatistics[vcpu] == nil {
          vm.vcpuStatistics[vcpu] = number
        }
      default:
        break
      }
    }
    if !vm.isEmpty { vms.append(vm) }
  }

  /// Groups the descriptors of one process that the kernel reader found.
  ///
  /// Unlike the names of descriptors, the records state to which VM each vCPU belongs.
  init(_ records: [DescriptorIteratorRecord]) {
    var order: [UInt64] = []
    var found: [UInt64: ScannedVM] = [:]
    for record in records.sorted(by: { $0.descriptor < $1.descriptor }) {
      if found[record.vm] == nil { order.append(record.vm) }
      var vm = found[record.vm] ?? ScannedVM(identity: record.vm)
      switch record.kind {
      case .vm: vm.descriptor = vm.descriptor ?? record.descriptor
      case .vcpu:
        vm.vcpus[record.vcpu] = record.descriptor
        if record.thread > 0 { vm.threads[record.vcpu] = record.thread }
      case .vmStatistics: vm.statistics = vm.statistics ?? record.descriptor
      case .vcpuStatistics:
        if vm.vcpuStatistics[record.vcpu] == nil {
          vm.vcpuStatistics[record.vcpu] = record.descriptor
        }
      }
      found[record.vm] = vm
    }
    vms = order.compactMap { found[$0] }.filter { !$0.isEmpty }
  }
}
