import Glibc
public import LinuxSystem
import ProcStats
public import Statistics
public import StatsTree

/// Reads how long each CPU of the host spent in each activity (user, system, idle and so on), all
/// from one file.
///
/// The token of a group (its id in this backing) is the number of the CPU. Source: `/proc/stat`,
/// proc(5).
public final class CPUTimesBacking: Backing {
  /// The columns of a `cpuN` line in the order of proc(5); the file does not name them.
  private static let columns = [
    "user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guest_nice",
  ]

  public let schema: Schema
  /// Whether the file contained a CPU for which a sample had no group.
  public var hasUnknownCPU = false
  private let file: Descriptor
  private var bytes: [UInt8]
  /// For each CPU, the index of its group in the placements of the current sample, or -1.
  private var positions: [Int] = []

  public init(roots: SystemRoots = SystemRoots()) throws(SystemError) {
    file = try Descriptor.open("\(roots.proc)/stat")
    // A clock tick is 10 ms on all current Linux systems. If ticks have another length, the
    // statistics have no unit.
    let isHundredths = sysconf(CInt(_SC_CLK_TCK)) == 100
    schema = Schema(
      packing: Self.columns.map { name in
        Statistic(
          name, .cumulative, unit: isHundredths ? .seconds : .none,
          scale: isHundredths ? Scale(base: .ten, exponent: -2) : .one, stability: .stable)
      })
    bytes = [UInt8](repeating: 0, count: 4096 + 256 * max(1, sysconf(CInt(_SC_NPROCESSORS_CONF))))
  }

  /// Returns the numbers of the CPUs that are online.
  public func cpus() throws(SystemError) -> [Int] {
    var found: [Int] = []
    let count = try readLines()
    forEachLine(count) { number, _ in found.append(number) }
    return found
  }

  /// Reads the lines of all CPUs into `bytes` and returns the size of the complete lines.
  private func readLines() throws(SystemError) -> Int {
    while true {
      let count = try file.read(into: &bytes, at: 0)
      let whole = bytes[..<count].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      // The buffer is too small only if it ends within the lines of CPUs, because later lines are
      // not needed.
      guard count == bytes.count, isCPU(lineBefore: whole) else { return whole }
      bytes = [UInt8](repeating: 0, count: bytes.count * 2)
    }
  }

  private func isCPU(lineBefore end: Int) -> Bool {
    let start = bytes[..<max(0, end - 1)].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return bytes[start..<end].starts(with: "cpu".utf8)
  }

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    let begin = monotonicNanoseconds()
    let count: Int
    do {
      count = try readLines()
    } catch {
      for placement in placements { snapshot.fail(placement, .denied(code: error.code)) }
      return
    }
    let window = Window(begin: begin, end: monotonicNanoseconds())
    for index in placements.indices { setPosition(index, of: placements[index].token) }
    // An offline CPU has no line, so its group becomes stale.
    forEachLine(count) { number, scanner in
      guard number < positions.count, positions[number] >= 0 else {
        hasUnknownCPU = true
        return
      }
      let placement = placements[positions[number]]
      snapshot.fill(placement) { record in
        for column in record.indices {
          record[column] = scanner.number(bytes) ?? Inactive.unsigned
        }
      }
      snapshot.finish(placement, window)
    }
    for placement in placements { positions[placement.token] = -1 }
  }

  private func setPosition(_ index: Int, of cpu: Int) {
    while positions.count <= cpu { positions.append(-1) }
    positions[cpu] = index
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
      if bytes[start + 3] != 0x20,
        let number = scanner.number(bytes).flatMap({ Int(exactly: $0) })
      {
        body(number, &scanner)
      }
      scanner.skipLine(bytes)
    }
  }
}
