import CLinux
import Glibc
import Synchronization

/// A child process that is killed and reaped when the object is released.
///
/// If a child uses the parent-death signal (prctl(2)), the thread that starts the child must not
/// exit before the child, because the kernel sends the signal when that thread exits.
public final class ChildProcess: Sendable {
  public let pid: CInt
  private let process: ProcessDescriptor
  private let isReaped = Mutex(false)

  /// Starts a program in its own process group, with no blocked signals (posix_spawn(3)).
  ///
  /// - Parameters:
  ///   - executable: The path of the program.
  ///   - arguments: The arguments after the program's name.
  ///   - output: The file that becomes the standard output of the child (descriptor 1).
  ///   - input: The descriptor that becomes the standard input of the child (descriptor 0); with
  ///     `nil`, the child inherits the standard input of this process.
  ///   - errors: The descriptor that becomes the standard error of the child (descriptor 2); with
  ///     `nil`, the child inherits the standard error of this process.
  ///   - variables: `NAME=value` entries for the environment of the child. These entries precede
  ///     the variables that the child inherits from this process.
  /// - Throws: `ENOENT` or `EACCES` if the program cannot be executed, `EMFILE` at the limit of
  ///   descriptors, `EAGAIN` at the limit of processes.
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
  /// - Returns: `false` if the timeout ends first.
  @discardableResult
  public func waitForExit(milliseconds: Int) -> Bool {
    process.waitForExit(milliseconds: milliseconds)
  }

  /// Sends SIGTERM, waits until the process exits or the timeout ends, then calls `kill()`.
  ///
  /// Repeated calls have no effect.
  public func terminate(timeoutMilliseconds timeout: Int) {
    isReaped.withLock { isReaped in
      // The kernel cannot reuse the pid before the child is reaped.
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
      // The kernel cannot reuse the pid before the child is reaped.
      Glibc.kill(pid, SIGKILL)
      while waitpid(pid, nil, 0) < 0 && errno == EINTR {}
    }
  }
}

/// Makes the kernel kill this process when its parent thread exits (PR_SET_PDEATHSIG of prctl(2)).
///
/// The parent thread is the thread that started this process.
///
/// - Throws: `ESRCH` if process `parent` is no longer the parent. In this case the kernel will send
///   no signal.
public func exitWithParent(_ parent: CInt) throws(SystemError) {
  guard clinux_set_parent_death_signal(SIGKILL) == 0 else {
    throw SystemError(call: "prctl PR_SET_PDEATHSIG", on: "SIGKILL")
  }
  guard getppid() == parent else {
    throw SystemError(call: "getppid", object: "process \(parent)", code: ESRCH)
  }
}
