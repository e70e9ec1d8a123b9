import Glibc
import LinuxSystem

/// A VM and its memory, shared by the threads of its vCPUs.
final class GuestHardware: Sendable {
  let vm: KVMVirtualMachine
  let memory: Mapping
  let program: Program

  init(_ configuration: GuestConfiguration) throws(SystemError) {
    guard KVMVCPU.canStart else {
      throw SystemError(call: "KVM_SET_REGS", object: "not an x86-64 host", code: ENOTSUP)
    }
    let system = try KVMSystem()
    guard try system.hasStatsDescriptors() else {
      throw SystemError(
        call: "KVM_CHECK_EXTENSION", object: "KVM_CAP_BINARY_STATS_FD", code: ENOTSUP)
    }
    program = Program(configuration)
    memory = try Mapping(anonymous: Program.memorySize)
    vm = try system.createVM()
    program.load(into: memory)
    try vm.reserveTaskState(at: 0xFFFB_D000)
    if program.needsInterruptController { try vm.createInterruptController() }
    try vm.setMemory(memory)
  }

  /// Creates a vCPU in the calling thread.
  ///
  /// The vCPU will begin at the start of the program.
  func createVCPU(_ index: Int) throws(SystemError) -> KVMVCPU {
    let vcpu = try vm.createVCPU(index)
    try vcpu.setStart(program.start(of: index))
    if program.needsInterruptController { try vcpu.makeRunnable() }
    return vcpu
  }
}
