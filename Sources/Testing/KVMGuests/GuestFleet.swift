import Glibc
public import LinuxSystem

/// Virtual machines in processes of their own, one each, as real VMMs are.
///
/// They end with the fleet, and with this process however it ends.
public final class GuestFleet: Sendable {
  /// What the keeper and the owner tell each other.
  private struct State: Sendable {
    var members: [ChildProcess] = []
    var isReady = false
    var failure: SystemError?
    var isStopping = false
  }

  public let configurations: [HoldConfiguration]
  private let state: Monitor<State>
  /// Starts the processes and lives as long as they do: their parent-death signal means it.
  private let keeper: SystemThread

  /// Starts all processes, then waits until each has its machine.
  ///
  /// - Throws: The `SystemError` of the first that fails, as from `GuestVM`; `ETIMEDOUT`
  ///   where one is not ready in time. No process is left then.
  public init(
    _ configurations: [HoldConfiguration], launcher: Launcher,
    readyWithin limit: Duration = .seconds(10)
  ) throws(SystemError) {
    let configurations = configurations.map { configuration in
      var own = configuration
      own.parent = getpid()
      return own
    }
    let state = Monitor(State())
    let deadline = monotonicNanoseconds() + limit.wholeNanoseconds
    keeper = try SystemThread(name: "guest keeper") {
      do throws(SystemError) {
        let members = try Self.start(configurations, launcher, deadline: deadline)
        state.update {
          $0.members = members
          $0.isReady = true
        }
        state.wait { $0.isStopping }
        for member in members { member.kill() }
      } catch {
        state.update { $0.failure = error }
      }
    }
    self.configurations = configurations
    self.state = state
    state.wait { $0.isReady || $0.failure != nil }
    if let failure = state.read({ $0.failure }) {
      keeper.join()
      throw failure
    }
  }

  deinit {
    stop()
  }

  /// The processes in the configurations' order; ended ones keep their numbers.
  public var pids: [CInt] { state.read { $0.members.map(\.pid) } }

  /// Whether process `index` has ended.
  public func hasEnded(_ index: Int) -> Bool {
    state.read { $0.members[index] }.hasEnded
  }

  /// Kills process `index` with SIGKILL, as a crash would, and waits for its end.
  public func kill(_ index: Int) {
    state.read { $0.members[index] }.kill()
  }

  /// Kills and reaps all processes; may be called again.
  public func stop() {
    let isFirst = state.update { state in
      defer { state.isStopping = true }
      return state.isReady && !state.isStopping
    }
    if isFirst { keeper.join() }
  }

  private static func start(
    _ configurations: [HoldConfiguration], _ launcher: Launcher, deadline: UInt64
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
      let report = try HoldReport.read(
        from: output.descriptor, of: configuration.name, deadline: deadline)
      if case .failed(let error) = report { throw error }
    }
    return members
  }
}
