import Glibc
import LinuxSystem
import Statistics
import StatsTree

/// Reads the counters of vCPUs' threads, with one system call per thread and group.
///
/// If more counters were opened than the CPU has, the kernel multiplexes the counters, so each
/// counter counts only for a share of the time. The backing divides the increase since the last
/// sample by this share. Because only increases are scaled, a count never falls. The times of
/// multiplexing are statistics of the group, too.
final class ThreadEventBacking: Backing {
  /// The counters of a thread: their values in the last sample and the scaled totals.
  struct Counters {
    fileprivate let group: PerfEventGroup
    /// The token of a file of the thread in `files`, which is readable while the thread exists.
    let file: Int
    var enabled: UInt64 = 0
    var running: UInt64 = 0
    var last: [UInt64]
    var totals: [UInt64]
  }

  private var threads: [Counters?] = []
  private var freeTokens: [Int] = []
  private let files = DescriptorTable()
  private let roots: SystemRoots
  private var words: [UInt64] = []
  private var bytes = [UInt8](repeating: 0, count: 128)

  init(roots: SystemRoots) { self.roots = roots }

  /// Returns the schema of the counters.
  ///
  /// If one of the entries is a counter of the CPU, the last two statistics are the times of
  /// multiplexing.
  static func schema(_ entries: [EventCatalog.Entry]) -> Schema {
    var statistics = entries.map(\.statistic)
    if entries.contains(where: \.isHardware) {
      statistics.append(
        Statistic(
          "enabled_ns", .cumulative, unit: .seconds, scale: .nano,
          meaning: "Time in which the counters were enabled."))
      statistics.append(
        Statistic(
          "counted_ns", .cumulative, unit: .seconds, scale: .nano,
          meaning: "Time in which they counted; less if the CPU's counters were multiplexed."))
    }
    return Schema(packing: statistics)
  }

  /// Starts counting events of a thread.
  ///
  /// - Returns: The token of the group (its id in this backing).
  func open(_ events: [PerfEvent], process: Int32, thread: Int32) throws(SystemError) -> Int {
    let file = try Descriptor.open("\(roots.process(process))/task/\(thread)/schedstat")
    let group = try PerfEventGroup(events, thread: thread)
    let zeros = [UInt64](repeating: 0, count: events.count)
    let counters = Counters(group: group, file: files.insert(file), last: zeros, totals: zeros)
    let needed = PerfEventGroup.wordCount(of: events.count)
    if words.count < needed { words = [UInt64](repeating: 0, count: needed) }
    if let token = freeTokens.popLast() {
      threads[token] = counters
      return token
    }
    threads.append(counters)
    return threads.count - 1
  }

  /// Stops counting the events of a thread.
  ///
  /// A second call has no effect.
  func close(_ token: Int) {
    guard let counters = threads[token] else { return }
    files.remove(counters.file)
    threads[token] = nil
    freeTokens.append(token)
  }

  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    // Loop over indices, because an iterator allocates memory for each element in unoptimized
    // builds.
    for index in placements.indices { sample(placements[index], into: &snapshot) }
  }

  private func sample(_ placement: Placement, into snapshot: inout Snapshot) {
    let token = placement.token
    guard let count = threads[token]?.group.count else {
      return snapshot.fail(placement, .gone)
    }
    let begin = monotonicNanoseconds()
    let read = threads[token]?.group.read(into: &words) ?? 0
    let end = monotonicNanoseconds()
    guard read == PerfEventGroup.wordCount(of: count), words[0] == UInt64(count) else {
      return snapshot.fail(placement, .denied(code: read < 0 ? Int32(-read) : EIO))
    }
    let isQuiet = words[1] == threads[token]?.enabled
    threads[token]?.update(words)
    // If the thread did not run since the last sample, check whether it has ended. Its counters
    // remain readable after its end.
    if isQuiet, let file = threads[token]?.file, files.read(file, into: &bytes) == -Int(ESRCH) {
      return snapshot.fail(placement, .gone)
    }
    snapshot.fill(placement) { record in threads[token]?.write(into: &record, times: count) }
    snapshot.finish(placement, Window(begin: begin, end: end))
  }
}

extension ThreadEventBacking.Counters {
  /// Adds the increase of each counter since the last reading to its total.
  ///
  /// `words` contains the number of counters, the two times and the values.
  fileprivate mutating func update(_ words: [UInt64]) {
    let (enabled, running) = (words[1] &- self.enabled, words[2] &- self.running)
    for index in last.indices {
      let growth = words[3 + index] &- last[index]
      totals[index] &+= Self.scaled(growth, by: enabled, over: running)
      last[index] = words[3 + index]
    }
    self.enabled = words[1]
    self.running = words[2]
  }

  /// Extrapolates an increase to the whole time in which the counters were enabled.
  static func scaled(_ growth: UInt64, by enabled: UInt64, over running: UInt64) -> UInt64 {
    guard running > 0, running < enabled else { return growth }
    let product = growth.multipliedFullWidth(by: enabled)
    guard product.high < running else { return growth }
    return running.dividingFullWidth(product).quotient
  }

  fileprivate func write(into record: inout MutableSpan<UInt64>, times position: Int) {
    for index in totals.indices { record[index] = totals[index] }
    if record.count >= position + 2 {
      record[position] = enabled
      record[position + 1] = running
    }
  }
}
