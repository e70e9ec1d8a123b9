import Glibc
import LinuxSystem
import XenTable

/// The mapped statistics table of a domain, with a verified header.
final class DomainTable {
  let reader: XenTableReader<XenVCPUEntry>
  /// The number of vCPUs with an entry in the table.
  let count: Int
  /// Whether its times are on CLOCK_MONOTONIC, the clock of windows.
  let isMonotonic: Bool
  /// Converts the times of a table with another clock.
  var clock = HypervisorClock()

  /// The run time of each vCPU at the first comparison of its entry.
  private var firstRuns: [UInt64?]
  /// The maximum difference between two readings of a stopped vCPU, in nanoseconds.
  private static let tolerance: UInt64 = 1_000_000

  /// Maps the table of a domain and verifies its header before anything else of it is used.
  init(
    of domain: UInt32, vcpuCount: Int, from tables: any DomainTables
  ) throws(DomainTableError) {
    let mapping = try Self.map(domain, vcpuCount, tables)
    do throws(XenTableError) {
      reader = try XenTableReader(mapping)
    } catch {
      throw .invalid(error)
    }
    if let number = reader.header.mark?.domain, number != domain { throw .otherDomain(number) }
    count = min(reader.count, vcpuCount)
    firstRuns = Array(repeating: nil, count: count)
    isMonotonic = reader.header.mark?.clock == .monotonic
  }

  /// Maps the number of frames that the hypervisor reports, if that many vCPUs can need them.
  static func map(
    _ domain: UInt32, _ vcpuCount: Int, _ tables: any DomainTables
  ) throws(DomainTableError) -> Mapping {
    let access = try refusing { () throws(SystemError) in
      try tables.open(UInt16(truncatingIfNeeded: domain))
    }
    let reported = try refusing { () throws(SystemError) in
      do throws(SystemError) {
        return try access.frameCount()
      } catch {
        // The kernel does not support the query: try the size that the proposal specifies.
        guard error.code == EINVAL, let layout = try? XenTableLayout(count: vcpuCount) else {
          throw error
        }
        return UInt64(layout.frameCount)
      }
    }
    // In every layout the stride, and the offset of the first entry, are at most one frame.
    let maximum = vcpuCount + 1
    guard let count = Int(exactly: reported), (1...maximum).contains(count) else {
      let code = UInt64(UInt32.max) &+ 1 &- reported
      throw (1...4095).contains(code)
        ? .encodedError(code: CInt(code)) : .frames(reported, maximum: maximum)
    }
    return try refusing { () throws(SystemError) in try access.map(frameCount: count) }
  }

  private static func refusing<Result: ~Copyable>(
    _ body: () throws(SystemError) -> Result
  ) throws(DomainTableError) -> Result {
    do throws(SystemError) {
      return try body()
    } catch {
      throw .refused(error)
    }
  }

  /// Reads the entry of a vCPU.
  ///
  /// An entry that was never written is inactive, although its memory may contain zeros.
  func read(_ vcpu: Int) -> XenReading<XenVCPUEntry> {
    let sequence = reader.sequence(of: vcpu)
    let reading = reader.read(vcpu)
    return sequence == 0 && reading.entry?.times.running == .value(0) ? .inactive : reading
  }

  // MARK: - Verification

  /// Compares the entry of a vCPU with the control interface.
  ///
  /// An entry that was never written is an error only if its vCPU has run and stopped since the
  /// first comparison.
  ///
  /// - Throws: `contradiction` if both cannot be correct.
  func compare(
    _ vcpu: Int, ofDomain domain: UInt32, with control: XenControl
  ) throws(DomainTableError) {
    var (before, after) = (XenVCPUInfo(), XenVCPUInfo())
    guard control.read(vcpu, ofDomain: domain, into: &before) == 0 else { return }
    let reading = read(vcpu)
    guard control.read(vcpu, ofDomain: domain, into: &after) == 0 else { return }
    // A table without a clock has the exact time of a stopped vCPU only.
    let isStopped =
      !before.isRunning && !after.isRunning && before.runNanoseconds == after.runNanoseconds
    let first = firstRuns[vcpu] ?? before.runNanoseconds
    firstRuns[vcpu] = first
    if reading == .inactive, isStopped, after.runNanoseconds > first + Self.tolerance {
      throw .contradiction(vcpu: vcpu, table: 0, hypervisor: after.runNanoseconds)
    }
    guard let time = reading.entry?.times.running.value else { return }
    let isAhead = time > after.runNanoseconds + Self.tolerance
    let isBehind = isStopped && time + Self.tolerance < after.runNanoseconds
    if isAhead || isBehind {
      throw .contradiction(vcpu: vcpu, table: time, hypervisor: after.runNanoseconds)
    }
  }
}
