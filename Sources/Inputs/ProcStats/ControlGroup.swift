public import LinuxSystem

/// The control group that accounts the CPU time of a process.
public struct ControlGroup: Hashable, Sendable {
  /// The path in its hierarchy, such as `/vm.slice/web1.scope`.
  public let path: String
  /// The directory in the file system.
  public let directory: String
  /// The path of the file with CPU time and throttling.
  public var statFile: String { "\(directory)/cpu.stat" }
  /// The path of the file with CPU pressure, which exists in version 2 only.
  public var pressureFile: String { "\(directory)/cpu.pressure" }

  /// Finds the group of a process; prefers version 2.
  ///
  /// Returns nil for the root group, which has no values of its own, and if no hierarchy is
  /// mounted. Source: `/proc/PID/cgroup`, cgroups(7).
  public init?(ofProcess pid: Int32, roots: SystemRoots) {
    guard let text = try? readText("\(roots.process(pid))/cgroup") else { return nil }
    var candidates: [(path: String, mounts: [String])] = []
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      // libvirt splits a VM into the group "emulator" and one group for each vCPU.
      let path = String(fields[2].hasSuffix("/emulator") ? fields[2].dropLast(9) : fields[2])
      let base = "\(roots.sys)/fs/cgroup"
      if fields[0] == "0" {
        candidates.insert((path, [base, "\(base)/unified"]), at: 0)
      } else if fields[1].split(separator: ",").contains("cpu") {
        candidates.append((path, ["\(base)/\(fields[1])", "\(base)/cpu"]))
      }
    }
    for candidate in candidates where candidate.path != "/" {
      for mount in candidate.mounts {
        let directory = mount + candidate.path
        if (try? FileStatus("\(directory)/cpu.stat")) != nil {
          path = candidate.path
          self.directory = directory
          return
        }
      }
    }
    return nil
  }
}
