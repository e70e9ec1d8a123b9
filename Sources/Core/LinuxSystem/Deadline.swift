/// Runs `body`, which might block forever, in a new thread and waits for the result.
///
/// If `body` never returns, its thread exists until the process exits.
///
/// - Returns: The result, or `nil` if the timeout ends first.
public func withTimeout<Value: Sendable>(
  milliseconds: Int, _ body: @escaping @Sendable () -> Value
) throws(SystemError) -> Value? {
  let result = Monitor<Value?>(nil)
  // Releasing the `SystemThread` object detaches the thread.
  _ = try SystemThread(name: "deadline") {
    let value = body()
    result.update { $0 = value }
  }
  result.wait(until: monotonicNanoseconds() + UInt64(milliseconds) * 1_000_000) { $0 != nil }
  return result.read { $0 }
}
