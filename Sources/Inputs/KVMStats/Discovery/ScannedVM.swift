/// Lists the descriptors of one VM in its process, as a scan of the process found them.
struct ScannedVM {
  /// The file descriptor of `kvm-vm` in the process, if there is one.
  var descriptor: CInt?
  /// The file descriptors of `kvm-vcpu`, by vCPU.
  var vcpus: [Int: CInt] = [:]
  /// For each vCPU, the thread that ran the vCPU last.
  ///
  /// Empty if the kernel did not report the threads.
  var threads: [Int: Int32] = [:]
  /// An id that distinguishes the VM from all other VMs of the host; `nil` if the kernel did not
  /// report one.
  var identity: UInt64?
  /// The file descriptor of `kvm-vm-stats`.
  var statistics: CInt?
  /// The file descriptors of `kvm-vcpu-stats`, by vCPU.
  var vcpuStatistics: [Int: CInt] = [:]

  /// Whether the scan found neither a VM nor a vCPU.
  ///
  /// Statistics descriptors alone do not count, because they can be copies.
  var isEmpty: Bool { descriptor == nil && vcpus.isEmpty }
}
