import LinuxSystem

/// The CPU time of `vitals top`, and of the system calls that other tools make per refresh.
///
/// kvm_stat does not run on every host, and xentop requires Xen. A C loop makes their system calls
/// and does not process the results.
struct TopCommandBenchmark {
  private static let seconds = 20
  private static let startupSeconds = 3
  private static let vms = 50
  private static let vcpus = 20
  /// The number of files that kvm_stat reads in debugfs per VM on x86 (Linux 6.18).
  private static let filesOfVM = 61.0

  let vitals: String?
  let holder: String?

  func run(_ pass: PassBenchmark, _ files: FileBenchmark, _ report: inout Report) throws {
    guard let vitals else { throw MissingRequirementError("no --vitals PATH") }
    let fleet = try Holder(holder, vcpus: Self.vcpus, fleet: Self.vms)
    let use = try CommandUse(
      vitals, ["top", "--every", "1s"], seconds: Self.seconds, startupSeconds: Self.startupSeconds,
      terminal: (rows: 56, columns: 160))
    withExtendedLifetime(fleet) {}
    let perRefresh = use.share * 1e9
    report.add(
      "vitals top, 50 VMs of 20 vCPUs, once a second", "\(fixed(use.share * 100)) % of a core",
      bar: "<= 1 %", holds: use.share <= 0.01)
    report.add("memory of vitals top", "\(fixed(use.megabytes, 1)) MB")
    report.add("a refresh of vitals top, total", "\(duration(perRefresh)), 1.00x")
    func compare(_ name: String, _ cost: Double, _ note: String) {
      guard cost.isFinite else { return report.add(name, "skipped: not measured in this run") }
      report.add(name, "\(duration(cost)), \(fixed(cost / perRefresh))x, \(note)")
    }
    let count = Double(Self.vms * Self.vcpus)
    compare(
      "a call per vCPU, as xentop makes", pass.baseline * count,
      "xentop gets one value per call, this \(pass.statisticCount)")
    compare(
      "a file per value, as kvm_stat reads",
      files.perValue * Self.filesOfVM
        * Double(Self.vms), "sums of whole VMs only")
  }
}
