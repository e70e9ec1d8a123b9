import CLinux
import Glibc

/// A VM of KVM.
///
/// The kernel keeps the VM as long as any process has an open descriptor of the VM, of one of its
/// vCPUs or of its statistics.
public struct KVMVirtualMachine: ~Copyable, Sendable {
  let descriptor: Descriptor
  let vcpuMappingSize: Int

  /// The number of the descriptor.
  ///
  /// The struct still owns the descriptor: do not close it.
  public var rawValue: CInt { descriptor.rawValue }

  /// Maps all of `memory` into the guest at address 0 (KVM_SET_USER_MEMORY_REGION).
  ///
  /// `memory` must exist until the vCPUs of the VM have stopped.
  public func setMemory(_ memory: borrowing Mapping) throws(SystemError) {
    var region = kvm_userspace_memory_region(
      slot: 0, flags: 0, guest_phys_addr: 0, memory_size: UInt64(memory.byteCount),
      userspace_addr: memory.address)
    try control(
      descriptor, CLINUX_KVM_SET_USER_MEMORY_REGION, &region,
      call: "KVM_SET_USER_MEMORY_REGION", on: "VM")
  }

  /// Makes the kernel emulate the interrupt controllers, so that HLT waits inside KVM_RUN
  /// (KVM_CREATE_IRQCHIP).
  ///
  /// Call this before creating the first vCPU.
  public func createInterruptController() throws(SystemError) {
    _ = try control(
      descriptor, CLINUX_KVM_CREATE_IRQCHIP, 0, call: "KVM_CREATE_IRQCHIP",
      on: "VM")
  }

  /// Sets the address of three pages that older Intel hosts need for real mode
  /// (KVM_SET_TSS_ADDR).
  ///
  /// Call this before creating the first vCPU. The call does nothing on architectures other than
  /// x86-64.
  public func reserveTaskState(at address: UInt) throws(SystemError) {
    #if arch(x86_64)
    _ = try control(
      descriptor, CLINUX_KVM_SET_TSS_ADDR, address, call: "KVM_SET_TSS_ADDR",
      on: "VM")
    #endif
  }

  /// Creates a vCPU (KVM_CREATE_VCPU).
  ///
  /// The id of the vCPU's statistics contains the thread id of the caller.
  public func createVCPU(_ index: Int) throws(SystemError) -> KVMVCPU {
    let number = try control(
      descriptor, CLINUX_KVM_CREATE_VCPU, UInt(index), call: "KVM_CREATE_VCPU",
      on: "vCPU \(index)")
    return try KVMVCPU(
      descriptor: Descriptor(owning: number), mappingSize: vcpuMappingSize, index: index)
  }

  /// Creates a descriptor of the VM's statistics (KVM_GET_STATS_FD).
  ///
  /// - Throws: `EIO` if another process created the VM.
  public func statsDescriptor() throws(SystemError) -> Descriptor {
    let number = try control(
      descriptor, CLINUX_KVM_GET_STATS_FD, 0, call: "KVM_GET_STATS_FD", on: "VM")
    return Descriptor(owning: number)
  }
}
