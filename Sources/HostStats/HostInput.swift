import LinuxSystem
public import StatsTree

/// The host itself as sources: `host` with its pressure, and `host/cpuN`.
public final class HostInput {
  private let roots: SystemRoots
  private let files = TextFiles()

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
      let times = try ProcessorTimes(roots: roots)
      for number in try times.processors() {
        let source = try tree.add("cpu\(number)", below: host, keys: ["cpu": "\(number)"])
        try tree.attach(
          "time", schema: times.schema, backing: times, token: number, provenance: .procfs,
          to: source)
      }
    } catch let error as SystemError {
      host.remarks.append("no CPU times: \(error)")
    } catch let clash as TreeError {
      throw clash
    } catch {
      host.remarks.append("no CPU times: \(error)")
    }
  }
}
