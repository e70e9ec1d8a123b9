import Glibc
import LinuxSystem
import Statistics

/// Lists the hypervisor's domains, with one call if all of them fit in the buffer.
final class DomainLister {
  let control: XenControl
  private var list: XenDomainList
  /// For each domain id, whether the vCPUs of the domain could not run when the domain was last
  /// listed.
  private var areStopped = [Bool](repeating: false, count: 1 << 16)
  private static let stopped: XenDomainInfo.Flags = [.paused, .shutdown, .dying]
  /// The number of calls so far.
  private(set) var callCount: UInt64 = 0

  /// The number of domains for which the first buffer has room.
  static let initialCapacity = 64

  init(_ control: XenControl, capacity: Int = initialCapacity) {
    self.control = control
    list = control.makeList(capacity: capacity)
  }

  var capacity: Int { list.capacity }

  /// Returns whether a domain was paused, shut down or dying when it was last listed.
  func isStopped(_ domain: UInt32) -> Bool { areStopped[Int(domain & 0xffff)] }

  /// Enlarges the buffer so that one call lists more than `count` domains.
  ///
  /// Do not call this during a pass (a sampling of all groups).
  func reserve(_ count: Int) {
    guard count >= list.capacity else { return }
    list = control.makeList(capacity: count + count / 4 + Self.initialCapacity)
  }

  /// Lists the domains whose ids are in a range.
  ///
  /// - Parameters:
  ///   - numbers: The range of ids.
  ///   - body: Receives each domain, and the window (begin and end) of the call that listed the
  ///     domain.
  /// - Returns: 0, or the negated `errno` value of the call that failed.
  func walk(
    _ numbers: ClosedRange<UInt32> = 0 ... .max, _ body: (XenDomainInfo, Window) -> Void
  ) -> Int {
    var first = numbers.lowerBound
    while true {
      let begin = monotonicNanoseconds()
      callCount += 1
      // A range of one id needs room for one domain only.
      let maximum = min(list.capacity, Int(numbers.upperBound - first) + 1)
      let count = control.list(from: first, maximumCount: maximum, into: &list)
      guard count >= 0 else { return count }
      let window = Window(begin: begin, end: monotonicNanoseconds())
      for index in 0..<count {
        let info = list[index]
        guard info.domain <= numbers.upperBound else { return 0 }
        areStopped[Int(info.domain)] = !info.flags.isDisjoint(with: Self.stopped)
        body(info, window)
      }
      // The ids must increase from call to call. Otherwise the loop would not end.
      guard count == maximum, let last = list.last, last >= first,
        last < numbers.upperBound
      else { return 0 }
      first = last + 1
    }
  }
}
