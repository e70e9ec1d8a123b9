import Glibc
import LinuxSystem
import Synchronization

/// Runs one vCPU in a thread of its own, as QEMU does.
final class VCPUThread: Sendable {
  /// The state of the thread.
  enum Phase: Equatable {
    case starting
    case running
    /// The vCPU has completed a counted payload.
    case finished
    case failed(SystemError)
    case stopped
  }

  /// The state that the thread shares with the callers of this class.
  struct State: Sendable {
    var phase = Phase.starting
    var vcpu: GuestVCPU?
    /// The number of statistics descriptors that callers have requested.
    ///
    /// The thread creates the descriptors while the thread is outside KVM_RUN.
    var statsRequests = 0
    var statsReplies: [Result<SharedDescriptor, SystemError>] = []
  }

  let index: Int
  private let configuration: GuestConfiguration
  private let state = Monitor(State())
  private let isStopping = Atomic(false)
  private let exits = Atomic(0)
  private let thread = Mutex<SystemThread?>(nil)

  init(_ index: Int, _ configuration: GuestConfiguration) {
    self.index = index
    self.configuration = configuration
  }

  var phase: Phase { state.read { $0.phase } }
  var threadNumber: CInt? { state.read { $0.vcpu?.thread } }
  /// The number of exits of the guest that the thread has handled.
  var handledExits: Int { exits.load(ordering: .relaxed) }

  /// Starts the thread and waits until it has created the vCPU.
  func start(on hardware: GuestHardware) throws(SystemError) {
    let started = try SystemThread(name: "CPU \(index)/KVM") { self.main(hardware) }
    thread.withLock { $0 = started }
    state.wait { $0.phase != .starting }
    if case .failed(let error) = phase { throw error }
  }

  /// Requests the thread to exit.
  ///
  /// `join()` waits until the thread has exited.
  func requestStop() {
    isStopping.store(true, ordering: .sequentiallyConsistent)
    interrupt()
  }

  func join() {
    let joined = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    joined?.join()
  }

  func waitUntilFinished(deadline: UInt64) -> Bool {
    state.wait(until: deadline) { $0.phase != .starting && $0.phase != .running }
    return phase == .finished
  }

  /// Waits until the thread releases the vCPU or the deadline passes.
  func waitForEnd(deadline: UInt64) {
    state.wait(until: deadline) { $0.vcpu == nil && $0.phase != .starting }
  }

  /// Returns a new descriptor of the vCPU's statistics.
  ///
  /// If the VM keeps a statistics descriptor open, the result is a duplicate of that descriptor.
  /// Otherwise the thread creates a descriptor.
  func statsDescriptor(deadline: UInt64) throws(SystemError) -> Descriptor {
    let kept = state.update { state -> SharedDescriptor? in
      if let stats = state.vcpu?.stats { return stats }
      state.statsRequests += 1
      return nil
    }
    if let kept { return try kept.descriptor.duplicate() }
    interrupt()
    state.wait(until: deadline) { !$0.statsReplies.isEmpty || $0.vcpu == nil }
    let reply = state.update { $0.statsReplies.popLast() }
    guard let reply else {
      throw SystemError(
        call: "KVM_GET_STATS_FD", object: "vCPU \(index)",
        code: state.read { $0.vcpu } == nil ? ESRCH : ETIMEDOUT)
    }
    return try reply.get().descriptor.duplicate()
  }

  /// Makes the thread leave the guest or a blocking call, so that the thread checks the shared
  /// state.
  private func interrupt() {
    state.update { $0.vcpu?.vcpu.requestExit() }
    thread.withLock { $0?.wake() }
  }
}

// MARK: - Code of the thread

extension VCPUThread {
  private func main(_ hardware: GuestHardware) {
    do throws(SystemError) {
      let vcpu = try GuestVCPU(
        index, of: hardware, keepsStats: configuration.keepsStatsDescriptors)
      state.update {
        $0.vcpu = vcpu
        $0.phase = .running
      }
      if configuration.payload != .created { try run(vcpu) }
      state.update { if $0.phase == .running && !mustStop { $0.phase = .finished } }
      serveUntilStop(vcpu)
    } catch {
      state.update { $0.phase = .failed(error) }
    }
    state.update {
      if case .failed = $0.phase {} else { $0.phase = .stopped }
      $0.vcpu = nil
      $0.statsReplies = []
    }
  }

  private var mustStop: Bool { isStopping.load(ordering: .sequentiallyConsistent) }

  /// Runs the guest until the thread must stop, or until a counted payload has made all its exits.
  private func run(_ guest: GuestVCPU) throws(SystemError) {
    var schedule = ExitSchedule(
      limitPerSecond: configuration.payload == .haltTimer
        ? nil : configuration.pace.limit(for: configuration.payload))
    let last: Int? = if case .counted(let exits) = configuration.payload { exits } else { nil }
    while !mustStop && handledExits != last {
      switch try guest.vcpu.enter() {
      case .portIO, .mmio:
        exits.wrappingAdd(1, ordering: .relaxed)
        work()
        if let time = schedule.next() { pause(guest, until: time) }
      case .halted, .interrupted: serve(guest)
      case .other(let reason):
        throw SystemError(call: "KVM_RUN", object: "vCPU \(index): exit \(reason)", code: EIO)
      }
    }
  }

  /// Keeps the CPU busy for the time that the configuration requires per exit.
  private func work() {
    guard configuration.workNanoseconds > 0 else { return }
    let end = monotonicNanoseconds() + configuration.workNanoseconds
    while monotonicNanoseconds() < end {}
  }

  private func pause(_ guest: GuestVCPU, until time: UInt64) {
    if state.wait(until: time, for: { $0.statsRequests > 0 || mustStop }) { serve(guest) }
  }

  private func serveUntilStop(_ guest: GuestVCPU) {
    while !mustStop {
      state.wait { $0.statsRequests > 0 || mustStop }
      serve(guest)
    }
  }

  /// Creates the requested statistics descriptors.
  ///
  /// Only this thread can create them, because the kernel locks a vCPU while the vCPU is in the
  /// guest.
  private func serve(_ guest: GuestVCPU) {
    state.update { state in
      // A later request sets the exit flag again.
      if !mustStop { guest.vcpu.allowEntry() }
      while state.statsRequests > 0 {
        state.statsRequests -= 1
        state.statsReplies.append(
          Result { () throws(SystemError) in SharedDescriptor(try guest.vcpu.statsDescriptor()) }
        )
      }
    }
  }
}
