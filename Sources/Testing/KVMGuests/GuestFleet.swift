import Glibc
public import LinuxSystem

/// Runs VMs in separate processes, with one VM per process, as real VMMs do.
///
/// The processes are killed when the fleet is released and when this process exits for any reason.
public final class GuestFleet: Sendable {
  /// The state that the supervisor thread shares with the owner of the fleet.
  private struct State: Sendable {
    var members: [ChildProcess] = []
    var isReady = false
    var error: SystemError?
    var isStopping = false
  }

  public let configurations: [GuestProcessConfiguration]
  private let state: Monitor<State>
  /// The thread that starts the processes.
  ///
  /// This thread runs until the processes exit, because the kernel sends the parent-death signal to
  /// the processes when the thread exits.
  private let supervisor: SystemThread

  /// Starts all processes, then waits until each reports that its VM is running.
  ///
  /// - Throws: The error of the first process that fails, which is an error of `GuestVM`;
  ///   `ETIMEDOUT` if a process does not report in time. In both cases, all processes are killed.
  public init(
    _ configurations: [GuestProcessConfiguration], launcher: Launcher,
    readyWithin timeout: Duration = .seconds(10)
  ) throws(SystemError) {
    let configurations = configurations.map { configuration in
      var configuration = configuration
      configuration.parent = getpid()
      return configuration
    }
    let state = Monitor(State())
    let deadline = monotonicNanoseconds() + timeout.wholeNanoseconds
    supervisor = try SystemThread(name: "guest keeper") {
      do throws(SystemError) {
        let members = try Self.start(configurations, launcher, deadline: deadline)
        state.update {
          $0.members = members
          $0.isReady = true
        }
        state.wait { $0.isStopping }
        for member in members { member.kill() }
      } catch {
        state.update { $0.error = error }
      }
    }
    self.configurations = configurations
    self.state = state
    state.wait { $0.isReady || $0.error != nil }
    if let error = state.read({ $0.error }) {
      supervisor.join()
      throw error
    }
  }

  deinit {
    stop()
  }

  /// The process ids in the order of the configurations, including exited processes.
  public var pids: [CInt] { state.read { $0.members.map(\.pid) } }

  /// Returns `true` if process `index` has exited.
  public func hasExited(_ index: Int) -> Bool {
    state.read { $0.members[index] }.hasExited
  }

  /// Kills process `index` with SIGKILL, to simulate a crash, and waits until the process exits.
  public func kill(_ index: Int) {
    state.read { $0.members[index] }.kill()
  }

  /// Kills and reaps all processes.
  ///
  /// Repeated calls have no effect.
  public func stop() {
    let isFirst = state.update { state in
      defer { state.isStopping = true }
      return state.isReady && !state.isStopping
    }
    if isFirst { supervisor.join() }
  }

  private static func start(
    _ configurations: [GuestProcessConfiguration], _ launcher: Launcher, deadline: UInt64
  ) throws(SystemError) -> [ChildProcess] {
    var members: [ChildProcess] = []
    var outputs: [SharedDescriptor] = []
    for configuration in configurations {
      let pipe = try Pipe()
      members.append(
        try ChildProcess(
          executable: launcher.executable,
          arguments: launcher.leadingArguments + configuration.arguments, output: pipe.writer))
      outputs.append(SharedDescriptor(pipe.closeWriter()))
    }
    for (configuration, output) in zip(configurations, outputs) {
      let report = try GuestProcessReport.read(
        from: output.descriptor, of: configuration.name, deadline: deadline)
      if case .failed(let error) = report { throw error }
    }
    return members
  }
}
