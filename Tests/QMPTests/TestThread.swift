import Glibc

/// A thread that may block, unlike a task.
struct TestThread {
  private let thread: pthread_t

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts a thread that runs `body`; nil where the system has no room for it.
  init?(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(Body(body)).toOpaque()
    let code = unsafe pthread_create(&thread, nil, { context in
      guard let context = unsafe context else { return nil }
      unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
      return nil
    }, context)
    guard code == 0 else { return nil }
    self.thread = thread
  }

  /// Waits until the thread's body has returned.
  func join() {
    pthread_join(thread, nil)
  }
}
