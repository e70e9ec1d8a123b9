import LinuxSystem

/// What `vitals top` takes of a core, beside what other tools ask the system for each refresh.
///
/// kvm_stat does not run on each machine, and xentop needs Xen: what stands here are the system
/// calls that they make, in a C loop, without what they do with the answers.
struct TopCommandBenchmark {
  private static let seconds = 20
  private static let settled = 3
  private static let vms = 50
  private static let vcpus = 20
  /// What kvm_stat reads of a VM of x86 in debugfs (Linux 6.18).
  private static let filesOfVM = 61.0

  let vitals: String?
  let holder: String?

  func run(_ pass: PassBenchmark, _ files: FileBenchmark, _ report: inout Report) throws {
    guard let vitals else { throw Missing("no --vitals PATH") }
    let fleet = try Holder(holder, vcpus: Self.vcpus, fleet: Self.vms)
    let use = try CommandUse(
      vitals, ["top", "--every", "1s"], seconds: Self.seconds, settled: Self.settled,
      terminal: (rows: 56, columns: 160))
    withExtendedLifetime(fleet) {}
    let perRefresh = use.share * 1e9
    report.add(
      "vitals top, 50 VMs of 20 vCPUs, once a second", "\(fixed(use.share * 100)) % of a core",
      bar: "<= 1 %", holds: use.share <= 0.01)
    report.add("its memory", "\(fixed(use.megabytes, 1)) MB")
    report.add("a refresh of it, all in all", "\(duration(perRefresh)), 1.00x")
    func compare(_ name: String, _ cost: Double, _ remark: String) {
      guard cost.isFinite else { return report.add(name, "skipped: not measured in this run") }
      report.add(name, "\(duration(cost)), \(fixed(cost / perRefresh))x, \(remark)")
    }
    let count = Double(Self.vms * Self.vcpus)
    compare(
      "a call for each vCPU, as xentop makes", pass.baseline * count,
      "one number a call in xentop, \(pass.statisticCount) here")
    compare(
      "a file for each value, as kvm_stat reads",
      files.perValue * Self.filesOfVM
        * Double(Self.vms), "sums of whole VMs only")
  }
}
