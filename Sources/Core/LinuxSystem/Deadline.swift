/// What `body` gives, or nil where it does not within the time: for calls that may wait for ever.
///
/// A thread of its own makes the call; one that never returns ends with the process.
public func answer<Value: Sendable>(
  withinMilliseconds limit: Int, _ body: @escaping @Sendable () -> Value
) throws(SystemError) -> Value? {
  let answer = Monitor<Value?>(nil)
  // Let go of at once: it goes on alone.
  _ = try SystemThread(name: "deadline") {
    let value = body()
    answer.update { $0 = value }
  }
  answer.wait(until: monotonicNanoseconds() + UInt64(limit) * 1_000_000) { $0 != nil }
  return answer.read { $0 }
}
