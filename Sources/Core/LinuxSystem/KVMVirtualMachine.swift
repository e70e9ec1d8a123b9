import CLinux
import Glibc

/// A virtual machine of KVM.
///
/// The kernel keeps it as long as a vCPU or a statistics descriptor of it is open anywhere.
public struct KVMVirtualMachine: ~Copyable, Sendable {
  let descriptor: Descriptor
  let vcpuMappingSize: Int

  /// The descriptor's number; it stays owned by this value.
  public var rawValue: CInt { descriptor.rawValue }

  /// Shows all of `memory` to the guest at address 0 (KVM_SET_USER_MEMORY_REGION).
  ///
  /// The caller keeps `memory` until the machine's vCPUs have stopped.
  public func setMemory(_ memory: borrowing Mapping) throws(SystemError) {
    var region = kvm_userspace_memory_region(
      slot: 0, flags: 0, guest_phys_addr: 0, memory_size: UInt64(memory.byteCount),
      userspace_addr: memory.address)
    try control(
      descriptor, CLINUX_KVM_SET_USER_MEMORY_REGION, &region,
      call: "KVM_SET_USER_MEMORY_REGION", on: "virtual machine")
  }

  /// Makes the kernel emulate the interrupt controllers, so that HLT waits inside of KVM_RUN.
  ///
  /// Comes before the first vCPU (KVM_CREATE_IRQCHIP).
  public func createInterruptController() throws(SystemError) {
    _ = try control(
      descriptor, CLINUX_KVM_CREATE_IRQCHIP, 0, call: "KVM_CREATE_IRQCHIP",
      on: "virtual machine")
  }

  /// Gives Intel hosts the three pages that old ones need for real mode (KVM_SET_TSS_ADDR).
  ///
  /// Comes before the first vCPU; does nothing on other architectures.
  public func reserveTaskState(at address: UInt) throws(SystemError) {
    #if arch(x86_64)
    _ = try control(
      descriptor, CLINUX_KVM_SET_TSS_ADDR, address, call: "KVM_SET_TSS_ADDR",
      on: "virtual machine")
    #endif
  }

  /// A new vCPU; its statistics carry the number of the calling thread (KVM_CREATE_VCPU).
  public func createVCPU(_ index: Int) throws(SystemError) -> KVMVCPU {
    let number = try control(
      descriptor, CLINUX_KVM_CREATE_VCPU, UInt(index), call: "KVM_CREATE_VCPU",
      on: "vCPU \(index)")
    return try KVMVCPU(
      descriptor: Descriptor(owning: number), mappingSize: vcpuMappingSize, index: index)
  }

  /// A new descriptor of the machine's own statistics (KVM_GET_STATS_FD).
  ///
  /// - Throws: `EIO` in another process than the machine's.
  public func statsDescriptor() throws(SystemError) -> Descriptor {
    let number = try control(
      descriptor, CLINUX_KVM_GET_STATS_FD, 0, call: "KVM_GET_STATS_FD", on: "virtual machine")
    return Descriptor(owning: number)
  }
}
