import Synchronization

/// A mutex that ThreadSanitizer can follow.
///
/// It does not know Swift's own: where a program is built for it, each holder of the lock reads
/// what the one before wrote, and so all that came before that.
struct TreeLock: ~Copyable, Sendable {
  private let mutex = Mutex(())
  #if VITALS_THREAD_SANITIZER
  private let holders = Atomic(0)
  #endif

  /// Runs `body` alone.
  ///
  /// - Precondition: the caller does not have the lock.
  borrowing func withLock<Result: Sendable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try mutex.withLock { _ throws(Failure) in
      #if VITALS_THREAD_SANITIZER
      _ = holders.load(ordering: .acquiring)
      defer { holders.wrappingAdd(1, ordering: .releasing) }
      #endif
      return try body()
    }
  }
}
