import LinuxSystem

/// A vCPU, shared by the thread that runs it and the threads that stop it.
final class GuestVCPU: Sendable {
  let vcpu: KVMVCPU
  /// The id of the thread that created the vCPU.
  ///
  /// The id of the vCPU's statistics contains this id.
  let thread: CInt
  /// The statistics descriptor, if the VMM keeps one open.
  let stats: SharedDescriptor?

  init(_ index: Int, of hardware: GuestHardware, keepsStats: Bool) throws(SystemError) {
    let vcpu = try hardware.createVCPU(index)
    stats = keepsStats ? SharedDescriptor(try vcpu.statsDescriptor()) : nil
    self.vcpu = vcpu
    thread = currentThread()
  }
}
