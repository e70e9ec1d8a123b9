import Glibc
import LinuxSystem
import Statistics

/// Lists the hypervisor's domains in as few calls as there is memory for.
final class DomainLister {
  let control: XenControl
  private var list: XenDomainList
  /// By domain number: whether its vCPUs cannot run, as of the last list that told of it.
  private var areStopped = [Bool](repeating: false, count: 1 << 16)
  private static let stopped: XenDomainInfo.Flags = [.paused, .shutdown, .dying]
  /// How many calls were made.
  private(set) var callCount: UInt64 = 0

  /// The domains that the first list has room for; it grows with what `walk` finds.
  static let firstCapacity = 64

  init(_ control: XenControl, capacity: Int = firstCapacity) {
    self.control = control
    list = control.makeList(capacity: capacity)
  }

  var capacity: Int { list.capacity }

  /// Whether a domain is paused, shut down or dying, as of the last list that told of it.
  func isStopped(_ domain: UInt32) -> Bool { areStopped[Int(domain & 0xffff)] }

  /// Makes room for so many domains and some more in one call; not while sampling.
  func reserve(_ count: Int) {
    guard count >= list.capacity else { return }
    list = control.makeList(capacity: count + count / 4 + Self.firstCapacity)
  }

  /// Calls `body` with each domain whose number is in the range, with the window of the call that
  /// told of it: 0, or minus the errno value of the call that failed.
  func walk(
    _ numbers: ClosedRange<UInt32> = 0 ... .max, _ body: (XenDomainInfo, Window) -> Void
  ) -> Int {
    var first = numbers.lowerBound
    while true {
      let begin = monotonicNanoseconds()
      callCount += 1
      // Of one domain no list of all is made.
      let most = min(list.capacity, Int(numbers.upperBound - first) + 1)
      let count = control.list(from: first, most: most, into: &list)
      guard count >= 0 else { return count }
      let window = Window(begin: begin, end: monotonicNanoseconds())
      for index in 0..<count {
        let info = list[index]
        guard info.domain <= numbers.upperBound else { return 0 }
        areStopped[Int(info.domain)] = !info.flags.isDisjoint(with: Self.stopped)
        body(info, window)
      }
      // Numbers grow from call to call: a list that says otherwise would never end.
      guard count == most, let last = list.last, last >= first,
        last < numbers.upperBound
      else { return 0 }
      first = last + 1
    }
  }
}
