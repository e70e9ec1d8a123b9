import HostStats
import LinuxSystem

/// Which thread of a VMM runs which vCPU.
struct ThreadMap {
  private(set) var threads: [Int: Int32] = [:]

  /// The forms of vCPU thread names: QEMU, Firecracker, crosvm, Cloud Hypervisor.
  private static let nameForms: [(prefix: String, suffix: String)] = [
    ("CPU ", "/KVM"), ("fc_vcpu ", ""), ("crosvm_vcpu", ""), ("vcpu", ""),
  ]

  /// Finds threads by what is surest: the kernel's debugging files, then the ids of statistics,
  /// then the threads' names.
  ///
  /// - Parameters:
  ///   - pid: the VMM.
  ///   - machine: the number of its `kvm-vm` descriptor.
  ///   - isOnly: whether the process has no other machine; names and ids then are of this one.
  ///   - ids: ids of statistics by vCPU.
  ///   - roots: where proc(5) and debugfs are.
  init(
    process pid: Int32, machine: CInt?, isOnly: Bool, ids: [Int: String], roots: SystemRoots
  ) {
    let tasks = Set(
      ((try? directoryEntries("\(roots.process(pid))/task")) ?? []).compactMap { Int32($0) })
    if let machine, let directory = Self.debugDirectory(of: machine, tasks, roots) {
      readDebugFiles(directory, tasks)
    }
    // An id names the thread that made the vCPU. Where each vCPU has another, they made themselves.
    let makers = ids.compactMapValues { KVMStatsFile.threadNumber(inID: $0) }
    if Set(makers.values).count == makers.count {
      for (processor, thread) in makers where threads[processor] == nil {
        if tasks.contains(thread), thread != pid { threads[processor] = thread }
      }
    }
    if isOnly { readNames(pid, tasks, roots) }
  }

  /// The directory `TID-FD` of a VM: TID made it, as its process's descriptor FD.
  static func debugDirectory(
    of machine: CInt, _ tasks: Set<Int32>, _ roots: SystemRoots
  ) -> String? {
    let base = "\(roots.debugfs)/kvm"
    for name in (try? directoryEntries(base)) ?? [] {
      let parts = name.split(separator: "-")
      if parts.count == 2, let thread = Int32(parts[0]), let number = CInt(parts[1]),
        number == machine, tasks.contains(thread)
      {
        return "\(base)/\(name)"
      }
    }
    return nil
  }

  private mutating func readDebugFiles(_ directory: String, _ tasks: Set<Int32>) {
    for name in (try? directoryEntries(directory)) ?? [] where name.hasPrefix("vcpu") {
      guard let processor = Int(name.dropFirst(4)),
        let text = try? readText("\(directory)/\(name)/pid"),
        let thread = Int32(text.filter { !$0.isWhitespace }), tasks.contains(thread)
      else { continue }
      threads[processor] = thread
    }
  }

  private mutating func readNames(_ pid: Int32, _ tasks: Set<Int32>, _ roots: SystemRoots) {
    for task in tasks {
      guard let name = try? readText("\(roots.process(pid))/task/\(task)/comm"),
        let processor = Self.processor(ofThread: name.filter { $0 != "\n" }),
        threads[processor] == nil
      else { continue }
      threads[processor] = task
    }
  }

  /// The vCPU that a thread of this name runs, or nil.
  static func processor(ofThread name: String) -> Int? {
    for form in nameForms where name.hasPrefix(form.prefix) && name.hasSuffix(form.suffix) {
      let digits = name.dropFirst(form.prefix.count).dropLast(form.suffix.count)
      if let number = Int(digits), number >= 0 { return number }
    }
    return nil
  }
}
