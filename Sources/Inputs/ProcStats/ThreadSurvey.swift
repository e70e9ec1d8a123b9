public import LinuxSystem

/// Every thread of this host at one moment: what CPU time it has had, and where it ran last.
///
/// It takes about 20 us a thread, and no privilege where proc(5) is mounted without `hidepid`.
/// Sources: `/proc/PID/task/TID/schedstat`, and field 39 of `/proc/PID/task/TID/stat`.
public struct ThreadSurvey: Sendable {
  /// One thread.
  public struct Entry: Hashable, Sendable {
    public let process: Int32
    /// The thread's name, up to 15 bytes.
    public let command: String
    public let runNanoseconds: UInt64
    /// The CPU that it ran on last.
    public let cpu: Int
  }

  /// By the thread's number.
  public let threads: [Int32: Entry]

  /// Looks at all threads; those that end meanwhile are left out.
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

  /// Field 2: what is between the first parenthesis and the last.
  static func command(_ bytes: ArraySlice<UInt8>) -> String {
    guard let begin = bytes.firstIndex(of: UInt8(ascii: "(")),
      let end = bytes.lastIndex(of: UInt8(ascii: ")")), begin < end
    else { return "" }
    return String(decoding: bytes[(begin + 1)..<end], as: UTF8.self)
  }

  /// Field 39, counted from behind the command's closing parenthesis: that may hold anything.
  static func cpu(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " "))
    return fields.count > 36 ? Int(String(decoding: fields[36], as: UTF8.self)) : nil
  }
}
