/// Measures the CPU time of each thread on each CPU, from consecutive surveys of all threads.
///
/// The increase between two surveys is attributed to the CPU on which the thread ran last, although
/// the thread might have run on other CPUs in between.
public struct CPUUsage: Sendable {
  /// Identifies a thread together with its process, because the kernel might reuse the id for a
  /// thread of another process.
  private struct Thread: Hashable, Sendable {
    let id: Int32
    let process: Int32
  }

  /// For each thread, its time in nanoseconds by CPU.
  private var times: [Thread: [Int: UInt64]] = [:]
  /// The name of each process's first thread, or of another thread if the first never ran.
  private var commands: [Int32: String] = [:]
  private var last: ThreadSurvey

  /// Starts the measurement with a survey.
  public init(from first: ThreadSurvey) {
    last = first
  }

  /// Adds the CPU time of all threads since the last survey.
  ///
  /// For a new thread, its total time is added. For a thread that has ended, nothing is added.
  public mutating func add(_ survey: ThreadSurvey) {
    for (thread, entry) in survey.threads {
      let known = last.threads[thread].flatMap { $0.process == entry.process ? $0 : nil }
      let before = known?.runNanoseconds ?? 0
      guard entry.runNanoseconds > before else { continue }
      if thread == entry.process || commands[entry.process] == nil {
        commands[entry.process] = entry.command
      }
      let key = Thread(id: thread, process: entry.process)
      times[key, default: [:]][entry.cpu, default: 0] += entry.runNanoseconds - before
    }
    last = survey
  }

  /// Returns the name of a process that ran between the surveys, even if the process has ended.
  public func command(ofProcess process: Int32) -> String? { commands[process] }

  /// Returns the processes that ran on some CPUs.
  ///
  /// - Parameters:
  ///   - cpus: The CPUs.
  ///   - thread: A thread to exclude.
  /// - Returns: The processes with their time on these CPUs, in descending order of the time.
  public func users(
    of cpus: Set<Int>, but thread: Int32? = nil
  ) -> [(process: Int32, nanoseconds: UInt64)] {
    var sums: [Int32: UInt64] = [:]
    for (user, times) in times where user.id != thread {
      for (cpu, time) in times where cpus.contains(cpu) {
        sums[user.process, default: 0] += time
      }
    }
    return sums.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { (process: $0.key, nanoseconds: $0.value) }
  }
}
