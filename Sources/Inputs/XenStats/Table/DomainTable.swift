import Glibc
import LinuxSystem
import XenTable

/// A domain's statistics table, mapped and found to be one.
final class DomainTable {
  let reader: XenTableReader<XenVCPUEntry>
  /// The vCPUs that the table has entries of.
  let count: Int
  /// Whether its times are on the clock of our windows.
  let isMonotonic: Bool
  /// The table's own clock, where its times are on another.
  var clock = HypervisorClock()

  /// What each vCPU had run when its entry was compared first.
  private var firstRuns: [UInt64?]
  /// How far apart two readings of a vCPU that stands may be.
  private static let tolerance: UInt64 = 1_000_000

  /// Maps the table of a domain; nothing of it is used before its header was checked.
  ///
  /// The hypervisor's word on its size is compared with what the vCPUs can need.
  init(
    of domain: UInt32, vcpuCount: Int, from tables: any DomainTables
  ) throws(DomainTableError) {
    let mapping = try Self.map(domain, vcpuCount, tables)
    do throws(XenTableError) {
      reader = try XenTableReader(mapping)
    } catch {
      throw .flaw(error)
    }
    if let number = reader.header.mark?.domain, number != domain { throw .otherDomain(number) }
    count = min(reader.count, vcpuCount)
    firstRuns = Array(repeating: nil, count: count)
    isMonotonic = reader.header.mark?.clock == .monotonic
  }

  /// Maps as many frames as the hypervisor says, where so many vCPUs can need them.
  static func map(
    _ domain: UInt32, _ vcpuCount: Int, _ tables: any DomainTables
  ) throws(DomainTableError) -> Mapping {
    let access = try refusing { () throws(SystemError) in
      try tables.open(UInt16(truncatingIfNeeded: domain))
    }
    let said = try refusing { () throws(SystemError) in
      do throws(SystemError) {
        return try access.frameCount()
      } catch {
        // A kernel that cannot ask: what the proposal would have, if this is one.
        guard error.code == EINVAL, let layout = try? XenTableLayout(count: vcpuCount) else {
          throw error
        }
        return UInt64(layout.frameCount)
      }
    }
    // No layout has a larger stride, or offset of the first vCPU, than a frame.
    let most = vcpuCount + 1
    guard let count = Int(exactly: said), (1...most).contains(count) else {
      let code = UInt64(UInt32.max) &+ 1 &- said
      throw (1...4095).contains(code) ? .disguised(code: CInt(code)) : .frames(said, most: most)
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

  /// The numbers of a vCPU that the table has an entry of; never those of an entry that nobody
  /// wrote yet, whose memory may be zeros.
  func read(_ vcpu: Int) -> XenReading<XenVCPUEntry> {
    let sequence = reader.sequence(of: vcpu)
    let reading = reader.read(vcpu)
    return sequence == 0 && reading.entry?.times.running == .value(0) ? .inactive : reading
  }

  // MARK: - A second way

  /// Throws where the entry of a vCPU cannot be what the hypervisor says of it by its other way.
  ///
  /// An entry that was not written yet is a contradiction only if its vCPU has run and stopped since
  /// it was compared first.
  func compare(
    _ vcpu: Int, ofDomain domain: UInt32, with control: XenControl
  ) throws(DomainTableError) {
    var (before, after) = (XenVCPUInfo(), XenVCPUInfo())
    guard control.read(vcpu, ofDomain: domain, into: &before) == 0 else { return }
    let reading = read(vcpu)
    guard control.read(vcpu, ofDomain: domain, into: &after) == 0 else { return }
    // Only of a vCPU that stands is it known what a table must say that has no clock.
    let stands =
      !before.isRunning && !after.isRunning && before.runNanoseconds == after.runNanoseconds
    let first = firstRuns[vcpu] ?? before.runNanoseconds
    firstRuns[vcpu] = first
    if reading == .inactive, stands, after.runNanoseconds > first + Self.tolerance {
      throw .contradiction(vcpu: vcpu, table: 0, hypervisor: after.runNanoseconds)
    }
    guard let time = reading.entry?.times.running.value else { return }
    let isAhead = time > after.runNanoseconds + Self.tolerance
    let isBehind = stands && time + Self.tolerance < after.runNanoseconds
    if isAhead || isBehind {
      throw .contradiction(vcpu: vcpu, table: time, hypervisor: after.runNanoseconds)
    }
  }
}
