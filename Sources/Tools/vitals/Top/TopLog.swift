import Glibc
import LinuxSystem
import StatsFormats
import StatsTree

/// Appends samples to a CSV file that others may move away: SIGHUP opens it anew.
struct TopLog {
  let path: String

  func run(_ observer: Observer, every: TimeSpan, count: Int?) throws {
    let signals = try Signals([SIGINT, SIGTERM, SIGHUP])
    var file = try open()
    var next = monotonicNanoseconds()
    var done = 0
    while count.map({ done < $0 }) ?? true {
      next += every.nanoseconds
      while monotonicNanoseconds() < next {
        let numbers = [signals.rawValue] + (observer.descriptor.map { [$0] } ?? [])
        let ready = waitForInput(of: numbers, until: next)
        if ready.count > 1, ready[1] { observer.wait(until: monotonicNanoseconds() + 1_000_000) }
        while ready[0], let signal = signals.next() {
          guard signal == SIGHUP else { return }
          file = try open()
        }
      }
      for event in observer.refresh() { Console.warn(event.text) }
      observer.sampler.pass()
      try file.write(CSV().lines(of: observer.sampler, at: .now))
      done += 1
      next = max(next, monotonicNanoseconds() - min(every.nanoseconds, monotonicNanoseconds()))
    }
  }

  /// The file, with the names of its columns if it is new.
  private func open() throws -> Descriptor {
    let file = try Descriptor.openForAppending(path)
    if try file.byteCount() == 0 { try file.write(CSV.header) }
    return file
  }
}
