import Glibc
import LinuxSystem
import Statistics
import StatsTree
import XenTable

/// Reads the statistics of vCPUs from shared tables, without a hypercall and without waiting for
/// the writer.
final class DomainTableBacking: Backing {
  private struct Entry {
    let table: DomainTable
    let vcpu: Int
  }

  private var entries = TokenTable<Entry>()

  /// Opens the group of a vCPU, and returns its token (the id of the group in this backing).
  ///
  /// - Precondition: The table has an entry of the vCPU.
  func open(_ vcpu: Int, of table: DomainTable) -> Int {
    precondition(vcpu < table.count, "vCPU \(vcpu) of a table of \(table.count)")
    return entries.open(Entry(table: table, vcpu: vcpu))
  }

  /// The number of open groups.
  var openCount: Int { entries.count }

  func close(_ token: Int) {
    entries.close(token)
  }

  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    entries.read(placements, into: &snapshot) { entry, placement, begin, snapshot in
      let reading = entry.table.read(entry.vcpu)
      let end = monotonicNanoseconds()
      let pass = Window(begin: begin, end: end)
      switch reading {
      case .entry(let values, _):
        finish(placement, values, pass, entry.table, &snapshot)
      case .inactive:
        // The hypervisor has not written the entry yet, or the vCPU has no values now.
        snapshot.fill(placement) { record in
          for word in record.indices { record[word] = Inactive.unsigned }
        }
        snapshot.finish(placement, pass)
      // The values become stale, because the writer is updating the entry or died during an update.
      case .busy: break
      case .shrunk: snapshot.fail(placement, .denied(code: EIO))
      }
      return end
    }
  }

  /// Stores an entry in the snapshot.
  ///
  /// If the table uses this host's clock and contains the state of the vCPU, the times are
  /// extrapolated to the begin of this read. Otherwise the window (the time to which the values
  /// refer) is the time at which the hypervisor updated the entry. If the table uses another clock,
  /// rates then use the hypervisor's time, and two samples of the same update have no rate.
  private func finish(
    _ placement: Placement, _ entry: XenVCPUEntry, _ pass: Window, _ table: DomainTable,
    _ snapshot: inout Snapshot
  ) {
    var values = entry
    var window = pass
    if table.isMonotonic {
      if let now = entry.extrapolated(to: pass.begin) {
        values = now
      } else if let sample = entry.sampleTime.value, sample <= pass.end {
        window = Window(begin: sample, end: sample)
      }
    } else if let sample = entry.timesEnd {
      window = table.clock.window(of: sample, readIn: pass)
    }
    snapshot.fill(placement) { record in
      values.store(into: &record)
      // The last word, the current CPU, is not in the table and therefore has no value.
      record[Self.cpuWord] = Inactive.unsigned
    }
    snapshot.finish(placement, window)
  }

  private static let cpuWord = XenStatsSchemas.vcpu.wordCount - 1
}
