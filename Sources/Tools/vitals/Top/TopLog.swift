import Glibc
import LinuxSystem
import StatsFormats
import StatsInput
import StatsTree

/// Appends samples to a CSV file.
///
/// SIGHUP makes the program reopen the file, for log rotation.
struct TopLog {
  let path: String

  func run(_ observer: Observer, every: TimeSpan, count: Int?) throws {
    let signals = try Signals([SIGINT, SIGTERM, SIGHUP])
    var file = try open()
    var cadence = Cadence(every: every.nanoseconds, count: count, from: monotonicNanoseconds())
    while let deadline = cadence.nextDeadline() {
      while monotonicNanoseconds() < deadline {
        let numbers = [signals.rawValue] + (observer.descriptor.map { [$0] } ?? [])
        let ready = waitForInput(of: numbers, until: deadline)
        if ready.count > 1, ready[1] { observer.wait(until: monotonicNanoseconds() + 1_000_000) }
        while ready[0], let signal = signals.next() {
          guard signal == SIGHUP else { return }
          file = try open()
        }
      }
      for event in observer.refresh() { Console.warn(event.text.printable) }
      observer.sampler.pass()
      try file.write(CSV().lines(of: observer.sampler, at: .now))
      cadence.finish(at: monotonicNanoseconds())
    }
  }

  /// Opens the file; writes the header if the file is empty.
  private func open() throws -> Descriptor {
    let file = try Descriptor.openForAppending(path)
    if try file.byteCount() == 0 { try file.write(CSV.header) }
    return file
  }
}
