import LinuxSystem

/// A process with VMs.
final class VMM {
  let info: VMMInfo
  let descriptor: ProcessDescriptor
  var vms: [VirtualMachine] = []
  /// The end of the time in which the process may still open what a better access method needs.
  ///
  /// On CLOCK_MONOTONIC; `nil` after that time, and if the process announced no VM.
  var settlesAt: UInt64?
  /// Whether it hands over its descriptors, so that no scan adds VMs to it.
  var handsOver = false

  init(info: VMMInfo, descriptor: consuming ProcessDescriptor) {
    self.info = info
    self.descriptor = descriptor
  }

  /// Whether access methods other than the preferred ones still have to wait.
  var isSettling: Bool { settlesAt != nil }
}
