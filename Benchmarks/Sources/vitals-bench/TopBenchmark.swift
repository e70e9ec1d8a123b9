import LinuxSystem
import Statistics
import StatsFormats
import StatsKnowledge
import StatsTerminal
import StatsTesting
import StatsTree

/// The cost of the screen of `vitals top`, without the reads of values.
struct TopBenchmark {
  private static let vms = 50
  private static let vcpus = 20

  func run(_ report: inout Report) throws {
    let tree = Tree()
    let backing = MovingBacking(try SampleSchemas.vcpu())
    let root = tree.source("kvm", role: .vms)
    for vm in 0..<Self.vms {
      let source = try tree.add("vm\(vm)", below: root, role: .vm)
      var family: Family?
      for number in 0..<Self.vcpus {
        let vcpu = try tree.add("vcpu\(number)", below: source, role: .vcpu)
        let token = vm * Self.vcpus + number
        let group = try tree.attach(
          "kvm", schema: backing.schema, backing: backing, token: token, provenance: .simulated,
          to: vcpu)
        family = group.family
      }
      if let family { try tree.aggregate(family, as: "vcpus.kvm", over: source) }
    }
    let sampler = Sampler(tree)
    var top = Top(TopModel(sampler, meanings: .builtIn), view: .vcpus, intervalText: "1s")
    var writer = ScreenWriter(Palette(.many))
    var (passes, updates, frames, writes) = (Series(), Series(), Series(), Series())
    var bytes = 0
    for second in 0..<700 {
      backing.second = UInt64(second) + 1
      let now = Timestamp(monotonic: backing.second * 1_000_000_000, realtime: 0)
      let times = (
        time { sampler.pass() }, time { top.recordSample(at: now) }
      )
      var frame = Frame(columns: 1, rows: 1)
      let drawing = time {
        frame = top.frame(columns: 160, rows: 56, at: now, clock: "12:00:00")
      }
      let writing = time { bytes = writer.bytes(for: frame).count }
      // Skip the time in which the history fills.
      guard second >= 600 else { continue }
      passes.add(times.0)
      updates.add(times.1)
      frames.add(drawing)
      writes.add(writing)
    }
    var changes = Series()
    for number in 0..<50 {
      let vm = try tree.add("new\(number)", below: root, role: .vm)
      let group = try tree.attach(
        "kvm", schema: backing.schema, backing: backing, token: 0, provenance: .simulated,
        to: tree.add("vcpu0", below: vm, role: .vcpu))
      sampler.pass()
      changes.add(time { top.recordSample(at: .zero) })
      withExtendedLifetime(group) {}
    }
    precondition(top.frame(columns: 160, rows: 56, at: .zero, clock: "").text.contains("vcpu"))
    report.add("a pass over 1,000 vCPUs without system calls", both(passes))
    report.add("update of all rows of all views", both(updates))
    report.add("update after a VM appeared", both(changes))
    report.add(
      "a frame of 50 rows, 160 columns", both(frames), bar: "<= 2 ms",
      holds: frames.median <= 2_000_000)
    report.add("the bytes of the changes", "\(both(writes)), \(bytes) bytes")
    let sum = updates.median + frames.median + writes.median
    report.add(
      "all except the pass, once a second", "\(fixed(sum / 1e7)) % of a core", bar: "<= 1 %",
      holds: sum <= 10_000_000)
  }

  private func both(_ series: Series) -> String {
    "\(duration(series.minimum)), median \(duration(series.median))"
  }
}

extension Timestamp {
  fileprivate static let zero = Timestamp(monotonic: 0, realtime: 0)
}

/// vCPUs whose counts grow at different rates, without system calls.
private final class MovingBacking: Backing {
  let schema: Schema
  var second: UInt64 = 0

  init(_ schema: Schema) {
    self.schema = schema
  }

  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    let time = second * 1_000_000_000
    for placement in placements {
      let rate = UInt64(placement.token % 97 + 1)
      snapshot.fill(placement) { record in
        for index in record.indices {
          record[index] = second * rate * (UInt64(index) + second % 3) * 1_000
        }
      }
      snapshot.finish(placement, Window(begin: time, end: time))
    }
  }
}
