import LinuxSystem

/// A process that runs VMs (a virtual machine monitor).
final class VMM {
  let info: VMMInfo
  let descriptor: ProcessDescriptor
  var vms: [VirtualMachine] = []
  /// The time on CLOCK_MONOTONIC until which the process might still open the descriptors that
  /// better access methods need.
  ///
  /// `nil` after that time, and if the kernel announced no VM of the process.
  var settlesAt: UInt64?
  /// Whether the process hands over its descriptors (see `HandoverMethod`).
  ///
  /// Scans add no VMs to a process that hands over.
  var handsOver = false

  init(info: VMMInfo, descriptor: consuming ProcessDescriptor) {
    self.info = info
    self.descriptor = descriptor
  }

  /// Whether the less preferred access methods must still wait.
  var isSettling: Bool { settlesAt != nil }
}
