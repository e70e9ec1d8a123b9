import Glibc
public import LinuxSystem
public import Statistics
public import StatsTree

/// What each CPU of the host spent its time on: one file for all of them.
///
/// A group's token is the CPU's number. Source: `/proc/stat` of proc(5).
public final class ProcessorTimes: Backing {
  /// The columns of a `cpuN` line, in the order of proc(5); the file itself does not name them.
  private static let columns = [
    "user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guest_nice",
  ]

  public let schema: Schema
  private let file: Descriptor
  private var bytes: [UInt8]

  public init(roots: SystemRoots = SystemRoots()) throws(SystemError) {
    file = try Descriptor.open("\(roots.proc)/stat")
    // Ticks are hundredths of a second on all Linux systems of today; others are shown raw.
    let isHundredths = sysconf(CInt(_SC_CLK_TCK)) == 100
    schema = Schema(
      packing: Self.columns.map { name in
        Statistic(
          name, .cumulative, unit: isHundredths ? .seconds : .none,
          scale: isHundredths ? Scale(base: .ten, exponent: -2) : .one, stability: .stable)
      })
    bytes = [UInt8](repeating: 0, count: 4096 + 256 * max(1, sysconf(CInt(_SC_NPROCESSORS_CONF))))
  }

  /// The numbers of the CPUs that are online.
  public func processors() throws(SystemError) -> [Int] {
    var found: [Int] = []
    let count = try file.read(into: &bytes, at: 0)
    forEachLine(count) { number, _ in found.append(number) }
    return found
  }

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    let begin = monotonicNanoseconds()
    guard let count = try? file.read(into: &bytes, at: 0) else {
      for placement in placements { snapshot.fail(placement, .denied(code: errno)) }
      return
    }
    let window = Window(begin: begin, end: monotonicNanoseconds())
    var next = 0
    // A CPU that is offline has no line: its group stays stale.
    forEachLine(count) { number, scanner in
      while next < placements.count, placements[next].token < number { next += 1 }
      guard next < placements.count, placements[next].token == number else { return }
      snapshot.fill(placements[next]) { record in
        for column in record.indices {
          record[column] = scanner.number(bytes) ?? Inactive.unsigned
        }
      }
      snapshot.finish(placements[next], window)
      next += 1
    }
  }

  private func forEachLine(_ count: Int, _ body: (Int, inout TextScanner) -> Void) {
    var scanner = TextScanner(to: count)
    let prefix: [3 of UInt8] = [0x63, 0x70, 0x75]  // "cpu"
    while !scanner.isAtEnd {
      let start = scanner.position
      guard start + 4 < count, bytes[start] == prefix[0], bytes[start + 1] == prefix[1],
        bytes[start + 2] == prefix[2]
      else { return }
      scanner = TextScanner(from: start + 3, to: count)
      // The first line is the sum over all CPUs; it has no number.
      if bytes[start + 3] != 0x20, let number = scanner.number(bytes) {
        body(Int(number), &scanner)
      }
      scanner.skipLine(bytes)
    }
  }
}
