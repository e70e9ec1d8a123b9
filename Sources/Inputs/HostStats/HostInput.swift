public import LinuxSystem
import ProcStats
public import StatsTree

/// The host itself as sources: `host` with its pressure, and `host/cpuN`.
public final class HostInput {
  private let roots: SystemRoots
  private let files = TextFileBacking()
  private var times: CPUTimesBacking?
  private var cpus: KeyedTable?

  public init(roots: SystemRoots = SystemRoots()) {
    self.roots = roots
  }

  /// Adds the sources; a file that this kernel does not have is left out, with a remark.
  public func attach(to tree: Tree) throws(TreeError) {
    let host = try tree.add("host")
    for resource in ["cpu", "memory", "io"] {
      do {
        let (token, schema) = try files.open("\(roots.proc)/pressure/\(resource)", .pressure)
        try tree.attach(
          "\(resource)_pressure", schema: schema, backing: files, token: token,
          provenance: .procfs, to: host)
      } catch {
        host.remarks.append("no \(resource) pressure: \(error)")
      }
    }
    do {
      let times = try CPUTimesBacking(roots: roots)
      cpus = KeyedTable(
        of: KeyFields("cpu", prefix: "cpu"), below: host, in: tree,
        parts: [
          KeyedTable.Part("time", schema: times.schema, backing: times, provenance: .procfs)
        ])
      self.times = times
      for number in try times.cpus() { try add(number) }
    } catch let error as SystemError {
      host.remarks.append("no CPU times: \(error)")
    } catch let clash as TreeError {
      throw clash
    } catch {
      host.remarks.append("no CPU times: \(error)")
    }
  }

  /// Adds the CPUs that came online for the first time since the last call.
  ///
  /// One that goes offline keeps its row, stale, because it goes on counting where it was.
  public func refresh() {
    guard let times, times.sawStranger else { return }
    times.sawStranger = false
    for number in (try? times.cpus()) ?? [] where cpus?["\(number)"] == nil {
      try? add(number)
    }
  }

  private func add(_ number: Int) throws(TreeError) {
    try cpus?.add(["\(number)"], tokens: [number])
  }
}
