import CLinux
import Glibc

/// Waits for many descriptors at once (epoll(7)).
public struct Poller: ~Copyable, Sendable {
  private let descriptor: Descriptor

  public init() throws(SystemError) {
    let number = epoll_create1(O_CLOEXEC)
    guard number >= 0 else { throw SystemError(call: "epoll_create1", on: "poller") }
    descriptor = Descriptor(owning: number)
  }

  /// The number of the epoll descriptor.
  ///
  /// poll(2) reports this descriptor as readable while a watched descriptor has input.
  public var rawValue: CInt { descriptor.rawValue }

  /// Watches a descriptor for input.
  ///
  /// `wait` identifies the descriptor by `token`, a value that the caller chooses.
  ///
  /// The caller must remove the descriptor from the poller before closing the descriptor.
  public func add(_ number: CInt, token: UInt64) throws(SystemError) {
    var event = unsafe epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: token))
    guard unsafe epoll_ctl(descriptor.rawValue, EPOLL_CTL_ADD, number, &event) == 0 else {
      throw SystemError(call: "epoll_ctl", on: "descriptor \(number)")
    }
  }

  /// Stops watching a descriptor.
  public func remove(_ number: CInt) {
    var event = unsafe epoll_event()
    unsafe epoll_ctl(descriptor.rawValue, EPOLL_CTL_DEL, number, &event)
  }

  /// Waits for input, and calls `body` with the token of each readable descriptor.
  ///
  /// One call reports at most 64 descriptors.
  ///
  /// - Parameters:
  ///   - timeoutMilliseconds: The timeout; -1 waits without limit, 0 does not wait.
  ///   - body: Receives the token of a descriptor.
  /// - Throws: The error of epoll_wait(2). If a signal interrupts the call, the function returns
  ///   without an error.
  public func wait(timeoutMilliseconds: Int, _ body: (UInt64) -> Void) throws(SystemError) {
    let code = unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 64) {
      events -> CInt in
      guard let first = events.baseAddress else { return 0 }
      let count = unsafe epoll_wait(
        descriptor.rawValue, first, 64, CInt(clamping: timeoutMilliseconds))
      guard count >= 0 else { return errno }
      for index in 0..<Int(count) { unsafe body(events[index].data.u64) }
      return 0
    }
    guard code == 0 || code == EINTR else {
      throw SystemError(call: "epoll_wait", object: "poller", code: code)
    }
  }
}

/// Waits until one of several descriptors has input or is closed at its other end (poll(2)).
///
/// - Parameters:
///   - numbers: The descriptors to wait for.
///   - deadline: A time on CLOCK_MONOTONIC, in nanoseconds.
/// - Returns: One value per descriptor: `true` if the descriptor is ready. If the deadline passes
///   or a signal arrives first, all values are `false`.
public func waitForInput(of numbers: [CInt], until deadline: UInt64) -> [Bool] {
  let now = monotonicNanoseconds()
  let rest = deadline > now ? (deadline - now + 999_999) / 1_000_000 : 0
  var entries = numbers.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
  let count = unsafe poll(&entries, nfds_t(entries.count), CInt(clamping: rest))
  return entries.map { count > 0 && $0.revents != 0 }
}
