import CLinux
import Glibc

/// A counter that the kernel can keep of a thread.
public struct PerfEvent: Hashable, Sendable {
  /// Who keeps it (`enum perf_type_id` of `linux/perf_event.h`).
  public enum Source: Hashable, Sendable {
    /// The processor, by the number of `enum perf_hw_id`.
    case hardware(UInt64)
    /// The kernel, by the number of `enum perf_sw_ids`.
    case software(UInt64)
    /// A tracepoint, by its id, where a filter of its fields holds.
    case tracepoint(UInt64, filter: String?)
  }

  /// What of the thread is counted.
  public enum Scope: Hashable, Sendable {
    case all
    /// Outside of guests.
    case host
    /// In guests.
    case guest
  }

  /// For messages.
  public var name: String
  public var source: Source
  public var scope: Scope

  public init(_ name: String, _ source: Source, scope: Scope = .all) {
    self.name = name
    self.source = source
    self.scope = scope
  }

  /// Begins to count, in the group of another counter or -1.
  fileprivate func open(thread: Int32, group: CInt) throws(SystemError) -> CInt {
    let (type, config): (Int, UInt64)
    var filter: String?
    switch source {
    case .hardware(let number): (type, config) = (CLINUX_PERF_HARDWARE, number)
    case .software(let number): (type, config) = (CLINUX_PERF_SOFTWARE, number)
    case .tracepoint(let id, let given):
      (type, config) = (CLINUX_PERF_TRACEPOINT, id)
      filter = given
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

/// Counters of one thread that are read together by one read(2) (perf_event_open(2)).
///
/// They count from the moment that this is made. When the thread ends they keep their last values.
public final class PerfEventGroup: Sendable {
  /// The number of counters.
  public var count: Int { numbers.count }
  private let numbers: [CInt]

  /// How many words `read` needs.
  public static func wordCount(of count: Int) -> Int { 3 + count }

  /// Begins to count events of a thread; 0 is the caller's.
  ///
  /// - Precondition: there is at least one event.
  /// - Throws: `ENOENT` where nothing can count one of them, `EACCES` or `EPERM` without
  ///   CAP_PERFMON, `ESRCH` where the thread has ended, `EMFILE`.
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

  /// Reads the number of counters, the times enabled and running in nanoseconds, and the values: the
  /// number of words, or minus the errno value.
  ///
  /// No allocation, no error object: this is the sampling path.
  public func read(into words: inout [UInt64]) -> Int {
    let number = numbers[0]
    return unsafe words.withUnsafeMutableBytes { buffer in
      let count = unsafe Glibc.read(number, buffer.baseAddress, buffer.count)
      return count >= 0 ? count / 8 : -Int(errno)
    }
  }
}
