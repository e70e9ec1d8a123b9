import CLinux
import Glibc
import Synchronization

/// A process started by this one, killed and reaped when its owner lets it go.
///
/// Where children use the parent-death signal (prctl(2)), the thread that starts them has to
/// live as long as they should: the kernel means that thread by "parent".
public final class ChildProcess: Sendable {
  public let pid: CInt
  private let process: ProcessDescriptor
  private let isReaped = Mutex(false)

  /// Starts a program (posix_spawn(3)) in a process group of its own, with no blocked signals.
  ///
  /// It inherits descriptors 0 and 2, and `output` as descriptor 1; `input` is in the place of 0,
  /// `errors` in that of 2.
  /// `variables` are added to the environment, and come before those of this process.
  public init(
    executable: String, arguments: [String], output: borrowing Descriptor,
    input: CInt? = nil, errors: CInt? = nil, variables: [String] = []
  ) throws(SystemError) {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, output.rawValue, 1)
    if let input { unsafe posix_spawn_file_actions_adddup2(&actions, input, 0) }
    if let errors { unsafe posix_spawn_file_actions_adddup2(&actions, errors, 2) }

    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()
    unsafe sigemptyset(&noSignals)
    unsafe posix_spawnattr_setsigmask(&attributes, &noSignals)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETPGROUP))

    var words = unsafe ([executable] + arguments).map { unsafe strdup($0) }
    unsafe words.append(nil)
    defer { unsafe words.forEach { unsafe free($0) } }
    let names = unsafe variables.map { unsafe strdup($0) }
    defer { unsafe names.forEach { unsafe free($0) } }
    var environment = unsafe names
    var next = unsafe environ
    while let variable = unsafe next.pointee {
      unsafe environment.append(variable)
      unsafe next += 1
    }
    unsafe environment.append(nil)
    var pid: pid_t = 0
    let code = unsafe posix_spawn(&pid, executable, &actions, &attributes, words, environment)
    guard code == 0 else {
      throw SystemError(call: "posix_spawn", object: executable, code: code)
    }
    self.pid = pid
    do throws(SystemError) {
      process = try ProcessDescriptor(pid: pid)
    } catch {
      Glibc.kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
      throw error
    }
  }

  deinit {
    kill()
  }

  /// Whether the process has ended, by itself or by a signal.
  public var hasEnded: Bool { process.hasEnded }

  /// Waits until the process has ended: false where the time is over before.
  @discardableResult
  public func waitForEnd(milliseconds: Int) -> Bool {
    process.waitForEnd(milliseconds: milliseconds)
  }

  /// Asks the process to end (SIGTERM), gives it so long, and ends it; may be called again.
  public func end(withinMilliseconds limit: Int) {
    isReaped.withLock { isReaped in
      // Not reaped yet: the number is still the child's.
      if !isReaped { Glibc.kill(pid, SIGTERM) }
    }
    process.waitForEnd(milliseconds: limit)
    kill()
  }

  /// Ends the process with SIGKILL, waits for its end and reaps it; may be called again.
  public func kill() {
    isReaped.withLock { isReaped in
      guard !isReaped else { return }
      isReaped = true
      // Not reaped yet: the number is still the child's.
      Glibc.kill(pid, SIGKILL)
      while waitpid(pid, nil, 0) < 0 && errno == EINTR {}
    }
  }
}

/// Has the kernel kill this process when the thread that started it ends (prctl(2)).
///
/// - Throws: `ESRCH` where `parent` is not the parent any more: then no signal will come.
public func dieWithParent(_ parent: CInt) throws(SystemError) {
  guard clinux_set_parent_death_signal(SIGKILL) == 0 else {
    throw SystemError(call: "prctl PR_SET_PDEATHSIG", on: "SIGKILL")
  }
  guard getppid() == parent else {
    throw SystemError(call: "getppid", object: "process \(parent)", code: ESRCH)
  }
}
