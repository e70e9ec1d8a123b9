/// Adds a table of the README: the cost of all values of one vCPU by each access method.
func addCosts(
  _ pass: PassBenchmark, _ files: FileBenchmark, _ threads: ThreadBenchmark,
  _ monitor: MonitorBenchmark, _ report: inout Report
) throws {
  func add(_ name: String, _ cost: Double, _ note: String = "") {
    guard cost.isFinite else { return report.add(name, "skipped") }
    let times =
      pass.ours.isFinite ? "\(fixed(cost / pass.ours, cost < 10 * pass.ours ? 2 : 0))x" : ""
    report.add(name, "\(duration(cost)), \(times)\(note)")
  }
  let values = Double(pass.statisticCount)
  add("KVM statistics descriptor, sampler", pass.ours)
  add("KVM statistics descriptor, C loop", pass.baseline)
  add("schedstat kept open, sampler", threads.kept, " (3 values)")
  for (vcpus, cost) in monitor.perVCPU { add("QMP, VM of \(vcpus) vCPUs", cost) }
  add(
    "a file for each value, debugfs", files.perValue * values,
    " (\(pass.statisticCount) values, extrapolated: debugfs has sums over vCPUs only)")
  add(
    "a file for each value, tmpfs", files.perMemoryValue * values,
    " (\(pass.statisticCount) values, lower bound)")
}
