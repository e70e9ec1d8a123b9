import Glibc
import LinuxSystem
import Statistics
import StatsTree
import XenTable

/// The vCPUs of statistics tables: no call of the hypervisor, and no waiting.
final class DomainTableBacking: Backing {
  private struct Entry {
    let table: DomainTable
    let vcpu: Int
  }

  private var entries = TokenTable<Entry>()

  /// Will read a vCPU that the table has an entry of: its token.
  func open(_ vcpu: Int, of table: DomainTable) -> Int {
    precondition(vcpu < table.count, "vCPU \(vcpu) of a table of \(table.count)")
    return entries.open(Entry(table: table, vcpu: vcpu))
  }

  /// The number of vCPUs that are read.
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
      case .entry(let numbers, _):
        finish(placement, numbers, pass, entry.table, &snapshot)
      case .inactive:
        // Nobody has written it yet, or its vCPU has no numbers now.
        snapshot.fill(placement) { record in
          for word in record.indices { record[word] = Inactive.unsigned }
        }
        snapshot.finish(placement, pass)
      // It stays stale: its writer is at work, or died there.
      case .busy: break
      case .shrunk: snapshot.fail(placement, .denied(code: EIO))
      }
      return end
    }
  }

  /// Stores an entry, brought forward to the pass where the table has our clock and the state.
  ///
  /// Where it has another clock the window is that of the entry's update: a rate is over the
  /// hypervisor's own time, and between two updates there is none.
  private func finish(
    _ placement: Placement, _ entry: XenVCPUEntry, _ pass: Window, _ table: DomainTable,
    _ snapshot: inout Snapshot
  ) {
    var numbers = entry
    var window = pass
    if table.isMonotonic {
      if let now = entry.extrapolated(to: pass.begin) {
        numbers = now
      } else if let sample = entry.sampleTime.value, sample <= pass.end {
        window = Window(begin: sample, end: sample)
      }
    } else if let sample = entry.timesRunTo {
      window = table.clock.window(of: sample, readIn: pass)
    }
    snapshot.fill(placement) { record in
      numbers.store(into: &record)
      // Behind the table's fields: the CPU, which it does not have.
      record[Self.cpuWord] = Inactive.unsigned
    }
    snapshot.finish(placement, window)
  }

  private static let cpuWord = XenStatsSchemas.vcpu.wordCount - 1
}
