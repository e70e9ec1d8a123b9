import Glibc
import LinuxSystem
import Synchronization

/// A vCPU in a thread of its own, as in QEMU.
final class HeldVCPU: Sendable {
  /// How far the thread has come.
  enum Phase: Equatable {
    case starting
    case running
    /// A counted payload is at its end.
    case finished
    case failed(SystemError)
    case stopped
  }

  /// What the thread and its callers tell each other.
  struct State: Sendable {
    var phase = Phase.starting
    var vcpu: GuestVCPU?
    /// Asked by callers, answered by the thread, which alone is not in KVM_RUN then.
    var statsRequests = 0
    var statsAnswers: [Result<SharedDescriptor, SystemError>] = []
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
  /// Exits of the guest that the thread has handled.
  var handledExits: Int { exits.load(ordering: .relaxed) }

  /// Starts the thread, and waits until it has made the vCPU.
  func start(on hardware: GuestHardware) throws(SystemError) {
    let started = try SystemThread(name: "CPU \(index)/KVM") { self.main(hardware) }
    thread.withLock { $0 = started }
    state.wait { $0.phase != .starting }
    if case .failed(let error) = phase { throw error }
  }

  /// Tells the thread to end; `join` waits for it.
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

  /// Waits until the thread has ended, or the deadline.
  func waitForEnd(deadline: UInt64) {
    state.wait(until: deadline) { $0.vcpu == nil && $0.phase != .starting }
  }

  /// A descriptor of the statistics: a copy of the kept one, or one that the thread makes.
  func statsDescriptor(deadline: UInt64) throws(SystemError) -> Descriptor {
    let kept = state.update { state -> SharedDescriptor? in
      if let stats = state.vcpu?.stats { return stats }
      state.statsRequests += 1
      return nil
    }
    if let kept { return try kept.descriptor.duplicate() }
    interrupt()
    state.wait(until: deadline) { !$0.statsAnswers.isEmpty || $0.vcpu == nil }
    let answer = state.update { $0.statsAnswers.popLast() }
    guard let answer else {
      throw SystemError(
        call: "KVM_GET_STATS_FD", object: "vCPU \(index)",
        code: state.read { $0.vcpu } == nil ? ESRCH : ETIMEDOUT)
    }
    return try answer.get().descriptor.duplicate()
  }

  /// Makes the thread look at what it is told, wherever it is.
  private func interrupt() {
    state.update { $0.vcpu?.vcpu.requestExit() }
    thread.withLock { $0?.wake() }
  }
}

// MARK: - The thread's side

extension HeldVCPU {
  private func main(_ hardware: GuestHardware) {
    do throws(SystemError) {
      let made = try GuestVCPU(
        index, of: hardware, keepsStats: configuration.keepsStatsDescriptors)
      state.update {
        $0.vcpu = made
        $0.phase = .running
      }
      if configuration.payload != .created { try run(made) }
      state.update { if $0.phase == .running && !mustStop { $0.phase = .finished } }
      serveUntilStop(made)
    } catch {
      state.update { $0.phase = .failed(error) }
    }
    state.update {
      if case .failed = $0.phase {} else { $0.phase = .stopped }
      $0.vcpu = nil
      $0.statsAnswers = []
    }
  }

  private var mustStop: Bool { isStopping.load(ordering: .sequentiallyConsistent) }

  /// Runs the guest until it must stop, or has made as many exits as it should.
  private func run(_ own: GuestVCPU) throws(SystemError) {
    var schedule = ExitSchedule(
      limitPerSecond: configuration.payload == .haltTimer
        ? nil : configuration.pace.limit(for: configuration.payload))
    let last: Int? = if case .counted(let exits) = configuration.payload { exits } else { nil }
    while !mustStop && handledExits != last {
      switch try own.vcpu.enter() {
      case .portIO, .mmio:
        exits.wrappingAdd(1, ordering: .relaxed)
        work()
        if let time = schedule.next() { pause(own, until: time) }
      case .halted, .interrupted: serve(own)
      case .other(let reason):
        throw SystemError(call: "KVM_RUN", object: "vCPU \(index): exit \(reason)", code: EIO)
      }
    }
  }

  /// Uses the CPU as long as an exit is said to take.
  private func work() {
    guard configuration.workNanoseconds > 0 else { return }
    let end = monotonicNanoseconds() + configuration.workNanoseconds
    while monotonicNanoseconds() < end {}
  }

  private func pause(_ own: GuestVCPU, until time: UInt64) {
    if state.wait(until: time, for: { $0.statsRequests > 0 || mustStop }) { serve(own) }
  }

  private func serveUntilStop(_ own: GuestVCPU) {
    while !mustStop {
      state.wait { $0.statsRequests > 0 || mustStop }
      serve(own)
    }
  }

  /// Answers requests; only this thread can, as the kernel locks a vCPU that is in the guest.
  private func serve(_ own: GuestVCPU) {
    state.update { state in
      // Whoever asks from now on asks for an exit again.
      if !mustStop { own.vcpu.allowEntry() }
      while state.statsRequests > 0 {
        state.statsRequests -= 1
        state.statsAnswers.append(
          Result { () throws(SystemError) in SharedDescriptor(try own.vcpu.statsDescriptor()) }
        )
      }
    }
  }
}
