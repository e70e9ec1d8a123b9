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

  /// The descriptor's number, readable while one of those that it watches has input.
  public var rawValue: CInt { descriptor.rawValue }

  /// Watches a descriptor for input; `token` comes back from `wait`.
  ///
  /// The caller removes it before closing it.
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

  /// Calls `body` with the token of each descriptor that has input, at most 64 of them.
  ///
  /// Returns after `timeoutMilliseconds` without any; -1 waits without end, 0 does not wait.
  public func wait(timeoutMilliseconds: Int, _ body: (UInt64) -> Void) throws(SystemError) {
    let failure = unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 64) {
      events -> CInt in
      guard let first = events.baseAddress else { return 0 }
      let count = unsafe epoll_wait(
        descriptor.rawValue, first, 64, CInt(clamping: timeoutMilliseconds))
      guard count >= 0 else { return errno }
      for index in 0..<Int(count) { unsafe body(events[index].data.u64) }
      return 0
    }
    guard failure == 0 || failure == EINTR else {
      throw SystemError(call: "epoll_wait", object: "poller", code: failure)
    }
  }
}

/// Waits until one of some descriptors has input or has ended, or a time of CLOCK_MONOTONIC
/// (poll(2)).
///
/// - Returns: of each, whether it has; all false when the time is over or a signal came.
public func waitForInput(of numbers: [CInt], until end: UInt64) -> [Bool] {
  let now = monotonicNanoseconds()
  let rest = end > now ? (end - now + 999_999) / 1_000_000 : 0
  var entries = numbers.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
  let count = unsafe poll(&entries, nfds_t(entries.count), CInt(clamping: rest))
  return entries.map { count > 0 && $0.revents != 0 }
}
