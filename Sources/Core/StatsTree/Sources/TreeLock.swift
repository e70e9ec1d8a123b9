import Synchronization

/// A mutex that ThreadSanitizer recognizes.
///
/// ThreadSanitizer does not recognize Swift's `Mutex`. A build for ThreadSanitizer therefore tells
/// ThreadSanitizer that each holder of the lock sees the writes of the previous holder.
struct TreeLock: ~Copyable, Sendable {
  private let mutex = Mutex(())
  #if VITALS_THREAD_SANITIZER
  private let holders = Atomic(0)
  #endif

  /// Runs `body` with the lock held.
  ///
  /// - Precondition: The caller does not hold the lock.
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
