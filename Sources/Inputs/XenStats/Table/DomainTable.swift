import Glibc
import LinuxSystem
import XenTable

/// Maps the statistics table of a domain, and verifies its header.
final class DomainTable {
  let reader: XenTableReader<XenVCPUEntry>
  /// The number of vCPUs with an entry in the table.
  let count: Int
  /// Whether the times in the table are on CLOCK_MONOTONIC, as the windows of samples are.
  let isMonotonic: Bool
  /// Converts the times of a table that uses another clock.
  var clock = HypervisorClock()

  /// For each vCPU, its run time when its entry was first compared.
  private var firstRuns: [UInt64?]
  /// The maximum difference, in nanoseconds, between the run times of a stopped vCPU in two
  /// readings.
  private static let tolerance: UInt64 = 1_000_000

  /// Maps the table of a domain.
  ///
  /// Verifies the header before any other part of the table is used.
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

  /// Maps the frames of a table.
  ///
  /// Refuses a number of frames that is too large for the number of vCPUs.
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
        // The kernel does not support the query, so try the size that the proposal specifies.
        guard error.code == EINVAL, let layout = try? XenTableLayout(count: vcpuCount) else {
          throw error
        }
        return UInt64(layout.frameCount)
      }
    }
    // In every layout, the distance between two entries is at most one frame, and so is the offset
    // of the first entry.
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
  /// If the entry was never written, the reading is inactive (it has no values), although the
  /// memory might contain zeros.
  func read(_ vcpu: Int) -> XenReading<XenVCPUEntry> {
    let sequence = reader.sequence(of: vcpu)
    let reading = reader.read(vcpu)
    return sequence == 0 && reading.entry?.times.running == .value(0) ? .inactive : reading
  }

  // MARK: - Verification

  /// Compares the entry of a vCPU with the control interface.
  ///
  /// If an entry was never written, this is an error only if the vCPU has run and stopped since the
  /// first comparison.
  ///
  /// - Throws: `contradiction` if the table and the control interface cannot both be correct.
  func compare(
    _ vcpu: Int, ofDomain domain: UInt32, with control: XenControl
  ) throws(DomainTableError) {
    var (before, after) = (XenVCPUInfo(), XenVCPUInfo())
    guard control.read(vcpu, ofDomain: domain, into: &before) == 0 else { return }
    let reading = read(vcpu)
    guard control.read(vcpu, ofDomain: domain, into: &after) == 0 else { return }
    // In a table without a clock, only the time of a stopped vCPU is exact.
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
