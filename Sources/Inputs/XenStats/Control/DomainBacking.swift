import Glibc
import LinuxSystem
import Statistics
import StatsTree

/// Reads the statistics of domains through the control interface.
///
/// One call lists all domains with their statistics.
final class DomainBacking: Backing {
  private struct Entry {
    let domain: UInt32
    let identity: XenIdentity
  }

  private let lister: DomainLister
  private var entries = TokenTable<Entry>()
  /// For each domain id, the index of the domain's placement in the current sample, or a mark.
  private var positions: [Int] = []
  private static let notRequested = -1
  private static let done = -2

  init(_ lister: DomainLister) {
    self.lister = lister
  }

  /// Opens the group of the domain with this id and UUID.
  ///
  /// Returns its token (the id of the group in this backing).
  func open(_ info: XenDomainInfo) -> Int {
    let number = Int(info.domain)
    if positions.count <= number {
      positions += Array(repeating: Self.notRequested, count: number + 1 - positions.count)
    }
    return entries.open(Entry(domain: info.domain, identity: info.identity))
  }

  /// The number of open groups.
  var openCount: Int { entries.count }

  func close(_ token: Int) {
    entries.close(token)
  }

  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    var (first, last): (UInt32, UInt32) = (.max, 0)
    for index in placements.indices {
      guard let entry = entries[placements[index].token] else { continue }
      positions[Int(entry.domain)] = index
      first = min(first, entry.domain)
      last = max(last, entry.domain)
    }
    var code = 0
    if first <= last {
      code = lister.walk(first...last) { info, window in
        let number = Int(info.domain)
        guard number < positions.count, positions[number] >= 0 else { return }
        let placement = placements[positions[number]]
        // Another domain might have the id now.
        guard let entry = entries[placement.token],
          entry.identity == info.identity || entry.identity.isNone
        else { return }
        snapshot.fill(placement) { Self.store(info, into: &$0) }
        snapshot.finish(placement, window)
        positions[number] = Self.done
      }
    }
    for index in placements.indices {
      let placement = placements[index]
      guard let entry = entries[placement.token] else {
        snapshot.fail(placement, .gone)
        continue
      }
      let number = Int(entry.domain)
      if positions[number] != Self.done {
        // The list is complete and does not contain the domain, so the domain has ended.
        snapshot.fail(placement, result: code == 0 ? -Int(ESRCH) : code)
      }
      positions[number] = Self.notRequested
    }
  }

  private static func store(_ info: XenDomainInfo, into record: inout MutableSpan<UInt64>) {
    record[0] = info.runNanoseconds
    record[1] = UInt64(info.onlineCount)
    record[2] = UInt64(info.vcpuCount)
    record[3] = bytes(info.pageCount)
    // If there is no limit, all 32 bits are set.
    record[4] =
      info.maximumPageCount >= UInt64(UInt32.max)
      ? Inactive.unsigned : bytes(info.maximumPageCount)
    record[5] = bytes(info.sharedPageCount)
    record[6] = bytes(info.pagedPageCount)
    record[7] = DomainState(info.flags).rawValue
  }

  /// Converts pages to bytes.
  ///
  /// An impossible number of pages becomes inactive (marked as missing).
  static func bytes(_ pageCount: UInt64) -> UInt64 {
    let (bytes, overflow) = pageCount.multipliedReportingOverflow(
      by: UInt64(XenPrivcmd.frameByteCount))
    return overflow ? Inactive.unsigned : bytes
  }
}
