import LinuxSystem

/// A vCPU, owned by the thread that made it and by those who ask it to stop.
final class GuestVCPU: Sendable {
  let vcpu: KVMVCPU
  /// The thread that made the vCPU, whose number is in the statistics' id.
  let thread: CInt
  /// The statistics of a VMM that keeps them.
  let stats: SharedDescriptor?

  init(_ index: Int, of hardware: GuestHardware, keepsStats: Bool) throws(SystemError) {
    let vcpu = try hardware.createVCPU(index)
    stats = keepsStats ? SharedDescriptor(try vcpu.statsDescriptor()) : nil
    self.vcpu = vcpu
    thread = currentThread()
  }
}
