import Glibc
import LinuxSystem
import StatsTree

extension XenInput {
  /// The maximum number of physical CPUs that are read.
  private static let maximumCPUCount = 8192

  /// Adds `xen/host` and `xen/host/cpuN`, if the library supports them.
  func attachHost(_ control: XenControl) {
    let tree = sources.tree
    guard tree.find("xen/host") == nil else { return }
    var info = XenHostInfo()
    let code = control.hasHost ? control.read(into: &info) : -Int(ENOSYS)
    guard code == 0 else {
      sources.base.diagnose(
        .host, "no values of the host: xc_physinfo: \(SystemError.name(of: CInt(-code)))")
      return
    }
    do throws(TreeError) {
      let host = try tree.add("host", below: sources.base, role: .hypervisor, keys: ["host": "xen"])
      try tree.attach(
        "host", schema: XenStatsSchemas.host, backing: XenHostBacking(control), token: 0,
        provenance: .xenControl, to: host)
      if info.memory == nil {
        host.diagnose(.host, "no memory: this version's xc_physinfo is not known")
      }
      try attachCPUs(control, cpuCount: Int(info.maximumCPU) + 1, to: host)
    } catch {
      sources.base.diagnose(.host, "\(error)")
    }
  }

  private func attachCPUs(
    _ control: XenControl, cpuCount: Int, to host: Source
  ) throws(TreeError) {
    guard control.hasIdleTimes else {
      host.diagnose(.host, "no idle times of CPUs: \(control.library) has no xc_getcpuinfo")
      return
    }
    guard cpuCount <= Self.maximumCPUCount else {
      host.diagnose(
        .host,
        "no idle times of CPUs: xc_physinfo reports \(cpuCount) CPUs;"
          + " the maximum is \(Self.maximumCPUCount)")
      return
    }
    var nanoseconds = [UInt64](repeating: 0, count: cpuCount)
    let count = control.readIdleTimes(into: &nanoseconds)
    guard count >= 0 else {
      host.diagnose(
        .host, "no idle times of CPUs: xc_getcpuinfo: \(SystemError.name(of: CInt(-count)))")
      return
    }
    let cpus = KeyedTable(
      of: KeyFields("cpu", prefix: "cpu"), below: host, role: .physicalCPU, in: sources.tree,
      parts: [
        KeyedTable.Part(
          "time", schema: XenStatsSchemas.cpu,
          backing: IdleTimeBacking(control, cpuCount: cpuCount), provenance: .xenControl)
      ])
    // A CPU without idle time is offline.
    for number in 0..<count where nanoseconds[number] > 0 {
      try cpus.add(["\(number)"], tokens: [number])
    }
  }
}
