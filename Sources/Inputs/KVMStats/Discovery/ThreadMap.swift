import KVMStatsFormat
import LinuxSystem

/// Finds the threads of a VMM that run vCPUs.
struct ThreadMap {
  private(set) var threads: [Int: Int32] = [:]

  /// The forms of the names of vCPU threads in QEMU, Firecracker, crosvm and Cloud Hypervisor.
  private static let nameForms: [(prefix: String, suffix: String)] = [
    ("CPU ", "/KVM"), ("fc_vcpu ", ""), ("crosvm_vcpu", ""), ("vcpu", ""),
  ]

  /// Finds the threads, starting with the most reliable evidence: first the files of debugfs, then
  /// the ids in statistics files, then the names of threads.
  ///
  /// - Parameters:
  ///   - wanted: The vCPUs whose threads are unknown.
  ///   - pid: The process of the VMM.
  ///   - vm: The file descriptor of `kvm-vm` in the VMM.
  ///   - isOnly: Whether the process has no other VM. Only then do the names of threads identify
  ///     the vCPUs of this VM.
  ///   - ids: The ids in statistics files, by vCPU.
  ///   - roots: The mount points of proc(5) and debugfs.
  init(
    of wanted: Set<Int>, process pid: Int32, vm: CInt?, isOnly: Bool, ids: [Int: String],
    roots: SystemRoots
  ) {
    let tasks = Self.tasks(of: pid, roots)
    if let vm, let directory = Self.debugDirectory(of: vm, pid, tasks, roots) {
      readDebugFiles(directory, tasks, wanted)
    }
    // The id of a vCPU contains the thread that created the vCPU. If several vCPUs all have
    // different creators, assume that each creator also runs the vCPU. If only one vCPU has a
    // creator, try the names of threads first, because a single creator proves nothing.
    let creators = ids.compactMapValues { KVMStatsFile.threadNumber(inID: $0) }
    let areUnique = Set(creators.values).count == creators.count
    if areUnique, creators.count > 1 { add(creators, pid, tasks, wanted) }
    if isOnly, threads.count < wanted.count { readNames(pid, tasks, wanted, roots) }
    if areUnique, creators.count == 1 { add(creators, pid, tasks, wanted) }
  }

  /// Returns the ids of the threads of a process.
  static func tasks(of pid: Int32, _ roots: SystemRoots) -> Set<Int32> {
    Set(((try? directoryEntries("\(roots.process(pid))/task")) ?? []).compactMap { Int32($0) })
  }

  private mutating func add(
    _ creators: [Int: Int32], _ pid: Int32, _ tasks: Set<Int32>, _ wanted: Set<Int>
  ) {
    for (vcpu, thread) in creators where threads[vcpu] == nil {
      if wanted.contains(vcpu), tasks.contains(thread), thread != pid {
        threads[vcpu] = thread
      }
    }
  }

  /// Returns the debugfs directory of a VM.
  ///
  /// The name of the directory is `TID-FD`. TID is the thread that created the VM, and FD is the
  /// VM's file descriptor in the VMM.
  static func debugDirectory(
    of vm: CInt, _ pid: Int32, _ tasks: Set<Int32>, _ roots: SystemRoots
  ) -> String? {
    let base = "\(roots.debugfs)/kvm"
    // Try the first thread of the VMM, because most VMMs create the VM in that thread. If that
    // directory does not exist, search `base`, which has a directory for each VM of the host.
    let likely = "\(base)/\(pid)-\(vm)"
    if (try? FileStatus(likely)) != nil { return likely }
    for name in (try? directoryEntries(base)) ?? [] {
      let parts = name.split(separator: "-")
      if parts.count == 2, let thread = Int32(parts[0]), let number = CInt(parts[1]),
        number == vm, tasks.contains(thread)
      {
        return "\(base)/\(name)"
      }
    }
    return nil
  }

  private mutating func readDebugFiles(
    _ directory: String, _ tasks: Set<Int32>, _ wanted: Set<Int>
  ) {
    for vcpu in wanted {
      guard let text = try? readText("\(directory)/vcpu\(vcpu)/pid"),
        let thread = Int32(text.filter { !$0.isWhitespace }), tasks.contains(thread)
      else { continue }
      threads[vcpu] = thread
    }
  }

  private mutating func readNames(
    _ pid: Int32, _ tasks: Set<Int32>, _ wanted: Set<Int>, _ roots: SystemRoots
  ) {
    for task in tasks.sorted() {
      guard let name = try? readText("\(roots.process(pid))/task/\(task)/comm"),
        let vcpu = Self.vcpu(ofThread: name.filter { $0 != "\n" }),
        wanted.contains(vcpu), threads[vcpu] == nil
      else { continue }
      threads[vcpu] = task
    }
  }

  /// Returns the vCPU that a thread of this name runs.
  static func vcpu(ofThread name: String) -> Int? {
    for form in nameForms where name.hasPrefix(form.prefix) && name.hasSuffix(form.suffix) {
      let digits = name.dropFirst(form.prefix.count).dropLast(form.suffix.count)
      if let number = Int(digits), number >= 0 { return number }
    }
    return nil
  }
}
