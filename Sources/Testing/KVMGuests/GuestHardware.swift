import Glibc
import LinuxSystem

/// The virtual machine and its memory, shared by the threads of its vCPUs.
final class GuestHardware: Sendable {
  let machine: KVMMachine
  let memory: Mapping
  let program: Program

  init(_ configuration: GuestConfiguration) throws(SystemError) {
    guard KVMProcessor.canStart else {
      throw SystemError(call: "KVM_SET_REGS", object: "not an x86-64 host", code: ENOTSUP)
    }
    let system = try KVMSystem()
    guard try system.hasStatsDescriptors() else {
      throw SystemError(
        call: "KVM_CHECK_EXTENSION", object: "KVM_CAP_BINARY_STATS_FD", code: ENOTSUP)
    }
    program = Program(configuration)
    memory = try Mapping(anonymous: Program.memorySize)
    machine = try system.createMachine()
    program.load(into: memory)
    try machine.reserveTaskState(at: 0xFFFB_D000)
    if program.needsInterruptController { try machine.createInterruptController() }
    try machine.setMemory(memory)
  }

  /// A vCPU at the start of the program, made by the calling thread.
  func createProcessor(_ index: Int) throws(SystemError) -> KVMProcessor {
    let processor = try machine.createProcessor(index)
    try processor.setStart(program.start(of: index))
    if program.needsInterruptController { try processor.makeRunnable() }
    return processor
  }
}
