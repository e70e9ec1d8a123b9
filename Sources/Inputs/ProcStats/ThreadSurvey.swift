public import LinuxSystem

/// Reads the CPU time of all threads of the host, and the CPU on which each thread ran last.
///
/// A survey takes about 20 us per thread. It needs no privilege, except if proc(5) is mounted with
/// `hidepid`. Sources: `/proc/PID/task/TID/schedstat`, and field 39 of `/proc/PID/task/TID/stat`.
public struct ThreadSurvey: Sendable {
  /// One thread.
  public struct Entry: Hashable, Sendable {
    public let process: Int32
    /// The thread's name, up to 15 bytes.
    public let command: String
    public let runNanoseconds: UInt64
    /// The CPU on which the thread ran last.
    public let cpu: Int
  }

  /// The threads by id.
  public let threads: [Int32: Entry]

  /// Reads all threads.
  ///
  /// Omits the threads that end during the survey.
  public init(roots: SystemRoots = SystemRoots()) throws(SystemError) {
    var threads: [Int32: Entry] = [:]
    var bytes = [UInt8](repeating: 0, count: 1024)
    for name in try directoryEntries(roots.proc) {
      guard let process = Int32(name) else { continue }
      let tasks = "\(roots.process(process))/task"
      for task in (try? directoryEntries(tasks)) ?? [] {
        guard let thread = Int32(task) else { continue }
        let scheduleCount = readStart(of: "\(tasks)/\(task)/schedstat", into: &bytes)
        guard scheduleCount > 0 else { continue }
        var scanner = TextScanner(to: scheduleCount)
        guard let run = scanner.number(bytes) else { continue }
        let count = readStart(of: "\(tasks)/\(task)/stat", into: &bytes)
        guard count > 0, let cpu = Self.cpu(bytes[..<count]) else { continue }
        threads[thread] = Entry(
          process: process, command: Self.command(bytes[..<count]), runNanoseconds: run,
          cpu: cpu)
      }
    }
    self.threads = threads
  }

  /// Returns field 2 of `stat`: the text between the first and the last parenthesis.
  static func command(_ bytes: ArraySlice<UInt8>) -> String {
    guard let begin = bytes.firstIndex(of: UInt8(ascii: "(")),
      let end = bytes.lastIndex(of: UInt8(ascii: ")")), begin < end
    else { return "" }
    return String(decoding: bytes[(begin + 1)..<end], as: UTF8.self)
  }

  /// Returns field 39 of `stat`.
  ///
  /// Counts from the last parenthesis, because the command may contain spaces and parentheses.
  static func cpu(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " "))
    return fields.count > 36 ? Int(String(decoding: fields[36], as: UTF8.self)) : nil
  }
}
