/// What CPU time each thread got on each CPU, by looking at all of them several times.
///
/// The growth between two looks goes to the CPU that a thread was last seen on: it may have been on
/// others meanwhile.
public struct CPUUsage: Sendable {
  /// A number alone may be given to a thread of another process later.
  private struct Thread: Hashable, Sendable {
    let number: Int32
    let process: Int32
  }

  /// Nanoseconds by CPU.
  private var times: [Thread: [Int: UInt64]] = [:]
  /// By process: its first thread's name, or that of another where that was not seen.
  private var commands: [Int32: String] = [:]
  private var last: ThreadSurvey

  /// Begins with a look; what follows is counted from it.
  public init(from first: ThreadSurvey) {
    last = first
  }

  /// Counts what threads ran since the last look.
  ///
  /// A thread that came meanwhile counts with all that it ran; one that ended is not known.
  public mutating func add(_ census: ThreadSurvey) {
    for (thread, entry) in census.threads {
      let known = last.threads[thread].flatMap { $0.process == entry.process ? $0 : nil }
      let before = known?.runNanoseconds ?? 0
      guard entry.runNanoseconds > before else { continue }
      if thread == entry.process || commands[entry.process] == nil {
        commands[entry.process] = entry.command
      }
      let key = Thread(number: thread, process: entry.process)
      times[key, default: [:]][entry.cpu, default: 0] += entry.runNanoseconds - before
    }
    last = census
  }

  /// The name of a process that ran in the window, which may have ended.
  public func command(ofProcess process: Int32) -> String? { commands[process] }

  /// The processes that ran on some CPUs, with their time there, most first.
  ///
  /// - Parameters:
  ///   - processors: the CPUs.
  ///   - thread: a thread that does not count.
  /// - Returns: processes, and nanoseconds on these CPUs.
  public func users(
    of cpus: Set<Int>, but thread: Int32? = nil
  ) -> [(process: Int32, nanoseconds: UInt64)] {
    var sums: [Int32: UInt64] = [:]
    for (one, times) in times where one.number != thread {
      for (cpu, time) in times where cpus.contains(cpu) {
        sums[one.process, default: 0] += time
      }
    }
    return sums.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { (process: $0.key, nanoseconds: $0.value) }
  }
}
