import Glibc
import LinuxSystem
import StatsTree

extension XenInput {
  /// The most physical CPUs that are asked for.
  private static let mostCPUs = 8192

  /// Adds `xen/host` and `xen/host/cpuN`, as far as the library tells of them.
  func attachHost(_ control: XenControl) {
    guard tree.find("xen/host") == nil else { return }
    var info = XenHostInfo()
    let code = control.hasHost ? control.read(into: &info) : -Int(ENOSYS)
    guard code == 0 else {
      remark(base, "no numbers of the host: xc_physinfo: \(SystemError.name(of: CInt(-code)))")
      return
    }
    do throws(TreeError) {
      let host = try tree.add("host", below: base, keys: ["host": "xen"])
      try tree.attach(
        "host", schema: XenStatsSchemas.host, backing: XenHostBacking(control), token: 0,
        provenance: .xenControl, to: host)
      if info.memory == nil {
        remark(host, "no memory: this version's xc_physinfo is not known")
      }
      try attachCPUs(control, cpuCount: Int(info.largestCPU) + 1, to: host)
    } catch {
      remark(base, "\(error)")
    }
  }

  private func attachCPUs(
    _ control: XenControl, cpuCount: Int, to host: Source
  ) throws(TreeError) {
    guard control.hasIdleTimes else {
      remark(host, "no idle times of CPUs: \(control.library) has no xc_getcpuinfo")
      return
    }
    guard cpuCount <= Self.mostCPUs else {
      remark(
        host,
        "no idle times of CPUs: xc_physinfo says that there are \(cpuCount),"
          + " at most \(Self.mostCPUs) are asked for")
      return
    }
    var nanoseconds = [UInt64](repeating: 0, count: cpuCount)
    let count = control.readIdleTimes(into: &nanoseconds)
    guard count >= 0 else {
      remark(
        host, "no idle times of CPUs: xc_getcpuinfo: \(SystemError.name(of: CInt(-count)))")
      return
    }
    let cpus = KeyedTable(
      of: KeyFields("cpu", prefix: "cpu"), below: host, in: tree,
      parts: [
        KeyedTable.Part(
          "time", schema: XenStatsSchemas.cpu,
          backing: IdleTimeBacking(control, cpuCount: cpuCount), provenance: .xenControl)
      ])
    // A CPU that is offline has none.
    for number in 0..<count where nanoseconds[number] > 0 {
      try cpus.add(["\(number)"], tokens: [number])
    }
  }
}
