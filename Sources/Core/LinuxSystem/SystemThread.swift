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
  /// Whether `identifier` is valid: the thread is neither joined nor detached.
  private let isJoinable = Mutex(true)

  /// Starts a thread that runs `body`.
  ///
  /// - Parameters:
  ///   - name: The thread's name, of which the kernel keeps the first 15 bytes.
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
        // A thread of libdispatch may have created this one; those block all signals.
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

  /// Interrupts the system call that the thread is in, with `EINTR` (pthread_kill(3)).
  ///
  /// A call that begins later is not interrupted: first set a flag that the thread checks.
  public func wake() {
    isJoinable.withLock { isJoinable in
      if isJoinable { pthread_kill(identifier, wakeSignal) }
    }
  }

  /// Waits until the thread exits (pthread_join(3)).
  ///
  /// `wake()` has no effect after this call begins.
  ///
  /// - Precondition: Called at most once, and not by the thread itself.
  public func join() {
    let wasJoinable = isJoinable.withLock { isJoinable in
      defer { isJoinable = false }
      return isJoinable
    }
    precondition(wasJoinable, "the thread has been joined already")
    pthread_join(identifier, nil)
  }
}
