public import LinuxSystem

/// The control group of a process that says what CPU time it got.
public struct ControlGroup: Hashable, Sendable {
  /// Its path in its hierarchy, such as `/vm.slice/web1.scope`.
  public let path: String
  /// Its directory.
  public let directory: String
  /// The file with CPU time and throttling.
  public var statFile: String { "\(directory)/cpu.stat" }
  /// The file with CPU pressure; only in version 2.
  public var pressureFile: String { "\(directory)/cpu.pressure" }

  /// The group of a process, version 2 first; nil for the root group, which has no numbers of its
  /// own, and where no hierarchy is mounted.
  ///
  /// Source: `/proc/PID/cgroup` of cgroups(7).
  public init?(ofProcess pid: Int32, roots: SystemRoots) {
    guard let text = try? readText("\(roots.process(pid))/cgroup") else { return nil }
    var candidates: [(path: String, mounts: [String])] = []
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      // libvirt puts what is no vCPU into a group of its own beside those of the vCPUs.
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
