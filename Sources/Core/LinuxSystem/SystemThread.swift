import CLinux
import Glibc
import Synchronization

/// A thread for blocking work (pthread_create(3)).
@safe
public final class SystemThread: @unchecked Sendable {
  private final class Work: Sendable {
    let name: String
    let wakeSignal: CInt
    let body: @Sendable () -> Void

    init(name: String, wakeSignal: CInt, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.wakeSignal = wakeSignal
      self.body = body
    }
  }

  private let identifier: pthread_t
  private let wakeSignal: CInt
  /// Whether `identifier` is valid.
  ///
  /// The identifier is valid until the thread is joined or detached.
  private let isJoinable = Mutex(true)

  /// Starts a thread that runs `body`.
  ///
  /// - Parameters:
  ///   - name: The name of the thread. The kernel keeps only the first 15 bytes.
  ///   - stackSize: The size of the stack in bytes.
  ///   - body: The work of the thread.
  /// - Throws: `EAGAIN` at the limit of threads.
  public init(
    name: String, stackSize: Int = 256 << 10, _ body: @escaping @Sendable () -> Void
  ) throws(SystemError) {
    wakeSignal = clinux_install_wake_signal()
    guard wakeSignal >= 0 else { throw SystemError(call: "sigaction", on: "wake signal") }
    let work = unsafe Unmanaged.passRetained(
      Work(name: name, wakeSignal: wakeSignal, body: body))
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setstacksize(&attributes, stackSize)
    var identifier = pthread_t()
    let code = unsafe pthread_create(
      &identifier, &attributes,
      { argument in
        guard let argument = unsafe argument else { return nil }
        let work = unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
        // A new thread inherits the signal mask of its creator, and threads of libdispatch block
        // all signals.
        var wakeOnly = sigset_t()
        unsafe sigemptyset(&wakeOnly)
        unsafe sigaddset(&wakeOnly, work.wakeSignal)
        unsafe pthread_sigmask(SIG_UNBLOCK, &wakeOnly, nil)
        _ = unsafe clinux_set_thread_name(String(work.name.prefix(15)))
        work.body()
        return nil
      }, work.toOpaque())
    guard code == 0 else {
      unsafe work.release()
      throw SystemError(call: "pthread_create", object: name, code: code)
    }
    self.identifier = identifier
  }

  deinit {
    if isJoinable.withLock({ $0 }) { pthread_detach(identifier) }
  }

  /// Interrupts the system call in which the thread blocks (pthread_kill(3)).
  ///
  /// The system call fails with `EINTR`.
  ///
  /// A system call that begins after `wake()` is not interrupted. Therefore set a flag before
  /// calling `wake()`. The thread must check this flag before each blocking call.
  public func wake() {
    isJoinable.withLock { isJoinable in
      if isJoinable { pthread_kill(identifier, wakeSignal) }
    }
  }

  /// Waits until the thread exits (pthread_join(3)).
  ///
  /// `wake()` has no effect after this call begins.
  ///
  /// - Precondition: The function is called at most once, and not by the thread itself.
  public func join() {
    let wasJoinable = isJoinable.withLock { isJoinable in
      defer { isJoinable = false }
      return isJoinable
    }
    precondition(wasJoinable, "the thread has been joined already")
    pthread_join(identifier, nil)
  }
}
