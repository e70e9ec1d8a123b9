import CLinux
import Glibc
import Synchronization

/// A child process, killed and reaped when the object is released.
///
/// If a child uses the parent-death signal (prctl(2)), the thread that starts it must not exit
/// before the child: the kernel sends the signal when that thread exits.
public final class ChildProcess: Sendable {
  public let pid: CInt
  private let process: ProcessDescriptor
  private let isReaped = Mutex(false)

  /// Starts a program in its own process group, with no blocked signals (posix_spawn(3)).
  ///
  /// - Parameters:
  ///   - executable: The path of the program.
  ///   - arguments: The arguments after the program's name.
  ///   - output: Descriptor 1 of the child.
  ///   - input: Descriptor 0 of the child; `nil` inherits it.
  ///   - errors: Descriptor 2 of the child; `nil` inherits it.
  ///   - variables: `NAME=value` entries placed before the environment of this process.
  /// - Throws: `ENOENT` or `EACCES` if the program cannot be executed, `EMFILE`, `EAGAIN`.
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

  /// Whether the process has exited or a signal has terminated it.
  public var hasExited: Bool { process.hasExited }

  /// Waits until the process exits.
  ///
  /// - Returns: `false` if the time ends first.
  @discardableResult
  public func waitForExit(milliseconds: Int) -> Bool {
    process.waitForExit(milliseconds: milliseconds)
  }

  /// Sends SIGTERM, waits until the process exits or the timeout ends, then calls `kill()`.
  ///
  /// Repeated calls have no effect.
  public func terminate(timeoutMilliseconds timeout: Int) {
    isReaped.withLock { isReaped in
      // The child is not reaped, so the kernel has not reused its pid.
      if !isReaped { Glibc.kill(pid, SIGTERM) }
    }
    process.waitForExit(milliseconds: timeout)
    kill()
  }

  /// Kills the process with SIGKILL, waits until it exits and reaps it.
  ///
  /// Repeated calls have no effect.
  public func kill() {
    isReaped.withLock { isReaped in
      guard !isReaped else { return }
      isReaped = true
      // The child is not reaped, so the kernel has not reused its pid.
      Glibc.kill(pid, SIGKILL)
      while waitpid(pid, nil, 0) < 0 && errno == EINTR {}
    }
  }
}

/// Makes the kernel kill this process when the thread that started it exits
/// (PR_SET_PDEATHSIG of prctl(2)).
///
/// - Throws: `ESRCH` if `parent` is no longer the parent: the kernel will send no signal.
public func exitWithParent(_ parent: CInt) throws(SystemError) {
  guard clinux_set_parent_death_signal(SIGKILL) == 0 else {
    throw SystemError(call: "prctl PR_SET_PDEATHSIG", on: "SIGKILL")
  }
  guard getppid() == parent else {
    throw SystemError(call: "getppid", object: "process \(parent)", code: ESRCH)
  }
}
