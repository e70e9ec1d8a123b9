import Glibc
import KVMKernelReader
import LinuxSystem

/// The KVM descriptors that a process has open.
struct DescriptorScan {
  /// One virtual machine of a process.
  struct Machine {
    /// The number of its `kvm-vm` descriptor in the process, if it has one.
    var descriptor: CInt?
    /// The `kvm-vcpu` descriptors' numbers by vCPU.
    var vcpus: [Int: CInt] = [:]
    /// The threads that ran the vCPUs last, where the kernel told them.
    var threads: [Int: Int32] = [:]
    /// What tells it from all other machines of the host, where the kernel told it.
    var identity: UInt64?
    /// The `kvm-vm-stats` descriptor's number.
    var statistics: CInt?
    /// The `kvm-vcpu-stats` descriptors' numbers by vCPU.
    var vcpuStatistics: [Int: CInt] = [:]

    var isEmpty: Bool {
      descriptor == nil && vcpus.isEmpty
    }
  }

  var vms: [Machine] = []
  /// Whether the process says that it only watches; then it has no machines.
  var isWatcher = false

  /// Reads the names of all descriptors of a process.
  ///
  /// A process without a VM or vCPU descriptor has no machine, also if it holds copies of
  /// statistics descriptors, as an observer does; nor has one that says it only watches. Of a process with several machines each
  /// descriptor belongs to the last `kvm-vm` before it, since a VMM opens them in that order;
  /// what stands before the first belongs to that.
  package init(process pid: Int32, roots: SystemRoots) throws(SystemError) {
    let directory = "\(roots.process(pid))/fd"
    let numbers = try directoryEntries(directory).compactMap { CInt($0) }.sorted()
    var vm = Machine()
    for number in numbers {
      // A descriptor may be closed meanwhile.
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
          vm = Machine(descriptor: number)
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
}
