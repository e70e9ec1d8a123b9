import CLinux
import Glibc

/// Describes a performance counter of a thread.
public struct PerfEvent: Hashable, Sendable {
  /// What the counter counts (`enum perf_type_id` of `linux/perf_event.h`).
  public enum Source: Hashable, Sendable {
    /// A CPU event of `enum perf_hw_id`.
    case hardware(UInt64)
    /// A kernel event of `enum perf_sw_ids`.
    case software(UInt64)
    /// A tracepoint, by its id. With a filter, only hits whose fields match the filter are counted.
    case tracepoint(UInt64, filter: String?)
  }

  /// When the counter counts.
  public enum Scope: Hashable, Sendable {
    case all
    /// Only outside guests.
    case host
    /// Only inside guests.
    case guest
  }

  /// The name used in error messages.
  public var name: String
  public var source: Source
  public var scope: Scope

  public init(_ name: String, _ source: Source, scope: Scope = .all) {
    self.name = name
    self.source = source
    self.scope = scope
  }

  /// Opens and starts the counter.
  ///
  /// `group` is the descriptor of the first counter of the group, or -1 to start a new group.
  fileprivate func open(thread: Int32, group: CInt) throws(SystemError) -> CInt {
    let (type, config): (Int, UInt64)
    var filter: String?
    switch source {
    case .hardware(let number): (type, config) = (CLINUX_PERF_HARDWARE, number)
    case .software(let number): (type, config) = (CLINUX_PERF_SOFTWARE, number)
    case .tracepoint(let id, let fieldFilter):
      (type, config) = (CLINUX_PERF_TRACEPOINT, id)
      filter = fieldFilter
    }
    let scope =
      switch scope {
      case .all: CLINUX_PERF_ALL
      case .host: CLINUX_PERF_HOST
      case .guest: CLINUX_PERF_GUEST
      }
    let number = clinux_perf_open(UInt32(type), config, thread, group, CInt(scope))
    guard number >= 0 else { throw SystemError(call: "perf_event_open", on: name) }
    if let filter, unsafe clinux_perf_filter(number, filter) != 0 {
      let code = errno
      close(number)
      throw SystemError(call: "ioctl PERF_EVENT_IOC_SET_FILTER", object: name, code: code)
    }
    return number
  }
}

/// Counters of one thread that one read(2) returns together (perf_event_open(2)).
///
/// The counters count from their creation. They keep their last values after the thread exits.
public final class PerfEventGroup: Sendable {
  /// The number of counters.
  public var count: Int { numbers.count }
  private let numbers: [CInt]

  /// Returns the number of 64-bit words that `read(into:)` needs for `count` counters.
  public static func wordCount(of count: Int) -> Int { 3 + count }

  /// Opens and starts counters.
  ///
  /// - Parameters:
  ///   - events: The events to count, at least one.
  ///   - thread: The thread id; 0 is the calling thread.
  /// - Throws: `ENOENT` if the host cannot count an event, `EACCES` or `EPERM` without CAP_PERFMON,
  ///   `ESRCH` if the thread has exited, `EMFILE` at the limit of descriptors.
  public init(_ events: [PerfEvent], thread: Int32) throws(SystemError) {
    precondition(!events.isEmpty, "a group without events")
    var numbers: [CInt] = []
    do throws(SystemError) {
      for event in events {
        numbers.append(try event.open(thread: thread, group: numbers.first ?? -1))
      }
    } catch {
      for number in numbers { close(number) }
      throw error
    }
    self.numbers = numbers
  }

  deinit {
    for number in numbers.reversed() { close(number) }
  }

  /// Reads the values of all counters, preceded by three words.
  ///
  /// The three words are the number of counters, the time for which they were enabled and the time
  /// for which they were running. Times are in nanoseconds.
  ///
  /// This function is called for every sample. It neither allocates memory nor throws.
  ///
  /// - Returns: The number of words read, or the negative `errno` value.
  public func read(into words: inout [UInt64]) -> Int {
    let number = numbers[0]
    return unsafe words.withUnsafeMutableBytes { buffer in
      let count = unsafe Glibc.read(number, buffer.baseAddress, buffer.count)
      return count >= 0 ? count / 8 : -Int(errno)
    }
  }
}
