import Glibc
public import LinuxSystem
import Synchronization

/// A virtual machine of this process, with a thread for each vCPU.
///
/// It runs from its creation until `stop`, and is seen by the host as any other: its vCPUs'
/// threads are called `CPU N/KVM` and their numbers are in the ids of the statistics.
public final class GuestVM: Sendable {
  public let configuration: GuestConfiguration
  private let vcpus: [HeldVCPU]
  /// The machine, until it stops, and its own statistics where they are kept.
  private let hardware: Mutex<(vm: GuestHardware, stats: SharedDescriptor?)?>

  /// Makes the machine and starts its vCPUs one after the other.
  ///
  /// - Throws: `SystemError` naming the step that failed, as `open /dev/kvm` with `ENOENT` or
  ///   `EACCES`; `GuestSupport.check()` tells beforehand. Nothing is left behind then.
  public init(_ configuration: GuestConfiguration) throws(SystemError) {
    let vm = try GuestHardware(configuration)
    let stats =
      configuration.keepsStatsDescriptors
      ? SharedDescriptor(try vm.vm.statsDescriptor()) : nil
    self.configuration = configuration
    vcpus = (0..<configuration.vcpus).map { HeldVCPU($0, configuration) }
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

  /// The threads of the vCPUs in their order (gettid(2)); empty once the machine has stopped.
  public var vcpuThreads: [CInt] {
    vcpus.compactMap(\.threadNumber)
  }

  /// The exits of vCPU `index` that the VMM has handled: port I/O and MMIO.
  public func handledExits(_ index: Int) -> Int {
    vcpus[index].handledExits
  }

  /// The reason why a vCPU does not run any more though nobody stopped it, if there is one.
  public var failure: SystemError? {
    for vcpu in vcpus {
      if case .failed(let error) = vcpu.phase { return error }
    }
    return nil
  }

  /// Waits until all vCPUs of a counted payload are at its end: false where time is over before.
  public func waitUntilFinished(within limit: Duration = .seconds(10)) -> Bool {
    let deadline = monotonicNanoseconds() + limit.wholeNanoseconds
    return vcpus.allSatisfy { $0.waitUntilFinished(deadline: deadline) }
  }

  /// Waits while the machine runs, without end where there is no limit.
  ///
  /// - Throws: the `failure` of a vCPU, within a second.
  public func waitForFailure(within limit: Duration? = nil) throws(SystemError) {
    let end = limit.map { monotonicNanoseconds() + $0.wholeNanoseconds }
    while true {
      if let failure { throw failure }
      if vcpus[0].phase == .stopped { return }
      let now = monotonicNanoseconds()
      let next = now + 1_000_000_000
      if let end, now >= end { return }
      vcpus[0].waitForEnd(deadline: min(end ?? next, next))
    }
  }

  /// A descriptor of the statistics of vCPU `index`, of the caller's own.
  ///
  /// A machine that keeps none interrupts the vCPU to make one, which counts as one
  /// `signal_exits` where it was in the guest.
  ///
  /// - Throws: `ESRCH` once the machine has stopped.
  public func vcpuStatsDescriptor(_ index: Int) throws(SystemError) -> Descriptor {
    try vcpus[index].statsDescriptor(deadline: monotonicNanoseconds() + 1_000_000_000)
  }

  /// A descriptor of the machine's own statistics, of the caller's own.
  ///
  /// - Throws: `ESRCH` once the machine has stopped.
  public func vmStatsDescriptor() throws(SystemError) -> Descriptor {
    guard let (vm, stats) = hardware.withLock({ $0 }) else {
      throw SystemError(call: "KVM_GET_STATS_FD", object: "stopped machine", code: ESRCH)
    }
    if let stats { return try stats.descriptor.duplicate() }
    return try vm.vm.statsDescriptor()
  }

  /// Ends all threads and closes everything, in well under a second; may be called again.
  public func stop() {
    for vcpu in vcpus { vcpu.requestStop() }
    for vcpu in vcpus { vcpu.join() }
    hardware.withLock { $0 = nil }
  }
}

extension Duration {
  /// Nanoseconds, 0 where the duration is negative.
  var wholeNanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds) / 1_000_000_000
  }
}
