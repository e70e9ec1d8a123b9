import Glibc
public import LinuxSystem
import Synchronization

/// A VM in this process, with one thread per vCPU.
///
/// The VM runs from its creation until `stop()`. As with QEMU, the threads of the vCPUs are named
/// `CPU N/KVM`, and the ids of the vCPUs' statistics contain the thread ids.
public final class GuestVM: Sendable {
  public let configuration: GuestConfiguration
  private let vcpus: [VCPUThread]
  /// The VM, and its statistics descriptor if the configuration keeps one open; `nil` after the VM
  /// has stopped.
  private let hardware: Mutex<(vm: GuestHardware, stats: SharedDescriptor?)?>

  /// Creates the VM and starts its vCPUs one after another.
  ///
  /// - Throws: The error of the failed step, such as `open /dev/kvm` with `ENOENT` or `EACCES`. All
  ///   resources are released before the function throws. `GuestSupport.check()` predicts most
  ///   errors.
  public init(_ configuration: GuestConfiguration) throws(SystemError) {
    let vm = try GuestHardware(configuration)
    let stats =
      configuration.keepsStatsDescriptors
      ? SharedDescriptor(try vm.vm.statsDescriptor()) : nil
    self.configuration = configuration
    vcpus = (0..<configuration.vcpus).map { VCPUThread($0, configuration) }
    hardware = Mutex((vm, stats))
    for vcpu in vcpus {
      do throws(SystemError) {
        try vcpu.start(on: vm)
      } catch {
        stop()
        throw error
      }
    }
  }

  deinit {
    stop()
  }

  /// The thread ids of the vCPUs, in the order of the vCPUs (gettid(2)); empty after the VM has
  /// stopped.
  public var vcpuThreads: [CInt] {
    vcpus.compactMap(\.threadNumber)
  }

  /// Returns the number of port I/O and MMIO exits of vCPU `index` that the VMM has handled.
  public func handledExits(_ index: Int) -> Int {
    vcpus[index].handledExits
  }

  /// The error that stopped a vCPU, if there is one.
  public var failure: SystemError? {
    for vcpu in vcpus {
      if case .failed(let error) = vcpu.phase { return error }
    }
    return nil
  }

  /// Waits until all vCPUs have completed a counted payload.
  ///
  /// - Returns: `false` if the timeout ends first.
  public func waitUntilFinished(within timeout: Duration = .seconds(10)) -> Bool {
    let deadline = monotonicNanoseconds() + timeout.wholeNanoseconds
    return vcpus.allSatisfy { $0.waitUntilFinished(deadline: deadline) }
  }

  /// Waits until a vCPU fails, the VM stops or the timeout ends.
  ///
  /// - Parameter timeout: The maximum time to wait; `nil` waits without limit.
  /// - Throws: The `failure` of a vCPU, at most one second after the vCPU failed.
  public func waitForFailure(within timeout: Duration? = nil) throws(SystemError) {
    let end = timeout.map { monotonicNanoseconds() + $0.wholeNanoseconds }
    while true {
      if let failure { throw failure }
      if vcpus[0].phase == .stopped { return }
      let now = monotonicNanoseconds()
      let next = now + 1_000_000_000
      if let end, now >= end { return }
      vcpus[0].waitForEnd(deadline: min(end ?? next, next))
    }
  }

  /// Returns a new descriptor of the statistics of vCPU `index`.
  ///
  /// If the VM keeps no statistics descriptors open, the call interrupts the vCPU to create a
  /// descriptor. The interruption adds one to `signal_exits` if the vCPU was in the guest.
  ///
  /// - Throws: `ESRCH` after the VM has stopped.
  public func vcpuStatsDescriptor(_ index: Int) throws(SystemError) -> Descriptor {
    try vcpus[index].statsDescriptor(deadline: monotonicNanoseconds() + 1_000_000_000)
  }

  /// Returns a new descriptor of the statistics of the VM.
  ///
  /// - Throws: `ESRCH` after the VM has stopped.
  public func vmStatsDescriptor() throws(SystemError) -> Descriptor {
    guard let (vm, stats) = hardware.withLock({ $0 }) else {
      throw SystemError(call: "KVM_GET_STATS_FD", object: "stopped VM", code: ESRCH)
    }
    if let stats { return try stats.descriptor.duplicate() }
    return try vm.vm.statsDescriptor()
  }

  /// Stops all threads and closes all descriptors, in less than a second.
  ///
  /// Repeated calls have no effect.
  public func stop() {
    for vcpu in vcpus { vcpu.requestStop() }
    for vcpu in vcpus { vcpu.join() }
    hardware.withLock { $0 = nil }
  }
}

extension Duration {
  /// The duration in nanoseconds, 0 if it is negative.
  var wholeNanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds) / 1_000_000_000
  }
}
