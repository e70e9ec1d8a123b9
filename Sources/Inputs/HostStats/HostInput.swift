public import LinuxSystem
import ProcStats
public import StatsInput
public import StatsTree

/// Adds the host to the tree: the source `host` with its pressure, and the sources `host/cpuN`.
public final class HostInput: Input {
  public static let root = InputRoot("host", role: .host, memberRole: .cpu, isDefault: false)

  private let roots: SystemRoots
  private let files = TextFileBacking()
  private var times: CPUTimesBacking?
  private var cpus: KeyedTable?

  public init(roots: SystemRoots = SystemRoots()) {
    self.roots = roots
  }

  /// Adds the sources.
  ///
  /// If the kernel lacks a file, adds a diagnostic instead.
  public func attach(to tree: Tree) throws(TreeError) {
    let host = try tree.add(Self.root.path, role: Self.root.role)
    for resource in ["cpu", "memory", "io"] {
      do {
        let (token, schema) = try files.open("\(roots.proc)/pressure/\(resource)", .pressure)
        try tree.attach(
          "\(resource)_pressure", schema: schema, backing: files, token: token,
          provenance: .procfs, to: host)
      } catch {
        host.diagnose(.pressure, "cannot read \(resource) pressure: \(error)")
      }
    }
    do {
      let times = try CPUTimesBacking(roots: roots)
      cpus = KeyedTable(
        of: KeyFields("cpu", prefix: "cpu"), below: host, role: .cpu, in: tree,
        parts: [
          KeyedTable.Part("time", schema: times.schema, backing: times, provenance: .procfs)
        ])
      self.times = times
      for number in try times.cpus() { try add(number) }
    } catch let error as SystemError {
      host.diagnose(.cpuTimes, "cannot read CPU times: \(error)")
    } catch let error as TreeError {
      throw error
    } catch {
      host.diagnose(.cpuTimes, "cannot read CPU times: \(error)")
    }
  }

  /// Adds the CPUs that came online for the first time since the last call.
  ///
  /// The source of an offline CPU remains and is stale, because its counters continue when the CPU
  /// is online again.
  public func refresh() -> [InputEvent] {
    guard let times, times.hasUnknownCPU else { return [] }
    times.hasUnknownCPU = false
    for number in (try? times.cpus()) ?? [] where cpus?["\(number)"] == nil {
      try? add(number)
    }
    return []
  }

  private func add(_ number: Int) throws(TreeError) {
    try cpus?.add(["\(number)"], tokens: [number])
  }
}
