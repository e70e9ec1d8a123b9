/// The descriptors of one VM in its process, as a scan found them.
struct ScannedVM {
  /// The number of the `kvm-vm` descriptor, if the process has one.
  var descriptor: CInt?
  /// The numbers of the `kvm-vcpu` descriptors, by vCPU.
  var vcpus: [Int: CInt] = [:]
  /// The threads that ran the vCPUs last, if the kernel reported them.
  var threads: [Int: Int32] = [:]
  /// Distinguishes the VM from all other VMs of the host, if the kernel reported it.
  var identity: UInt64?
  /// The number of the `kvm-vm-stats` descriptor.
  var statistics: CInt?
  /// The numbers of the `kvm-vcpu-stats` descriptors, by vCPU.
  var vcpuStatistics: [Int: CInt] = [:]

  /// Whether there is neither a VM nor a vCPU: copies of statistics descriptors are no VM.
  var isEmpty: Bool { descriptor == nil && vcpus.isEmpty }
}
