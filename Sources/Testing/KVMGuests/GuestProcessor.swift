import LinuxSystem

/// A vCPU, owned by the thread that made it and by those who ask it to stop.
final class GuestProcessor: Sendable {
  let processor: KVMProcessor
  /// The thread that made the vCPU, whose number is in the statistics' id.
  let thread: CInt
  /// The statistics of a VMM that keeps them.
  let stats: SharedDescriptor?

  init(_ index: Int, of hardware: GuestHardware, keepsStats: Bool) throws(SystemError) {
    let processor = try hardware.createProcessor(index)
    stats = keepsStats ? SharedDescriptor(try processor.statsDescriptor()) : nil
    self.processor = processor
    thread = currentThread()
  }
}
