import CBench
import Glibc
import KVMStats
import LinuxSystem
import Statistics
import StatsTree

/// Reads of one file per value, as in debugfs.
struct FileBenchmark {
  private static let rounds = 200
  private static let directory = "/sys/kernel/debug/kvm"

  /// The cost per value in debugfs; NaN if no file is readable.
  private(set) var perValue = Double.nan
  /// The cost per value of a file on tmpfs.
  private(set) var perMemoryValue = Double.nan

  mutating func run(_ report: inout Report) throws {
    try readMemoryFile(&report)
    guard let before = try? directoryEntries(Self.directory) else {
      throw MissingRequirementError("cannot list \(Self.directory) (mount debugfs and run as root)")
    }
    let vm = try KVMSystem().createVM()
    let vcpu = try vm.createVCPU(0)
    try withExtendedLifetime(vcpu) {
      let known = Set(before)
      guard
        let own = try directoryEntries(Self.directory).first(where: {
          $0.hasPrefix("\(getpid())-") && !known.contains($0)
        })
      else { throw MissingRequirementError("no directory of a new VM below \(Self.directory)") }
      try readDebugFiles("\(Self.directory)/\(own)", &report)
    }
  }

  /// Measures a lower bound: the kernel does not format a value.
  private mutating func readMemoryFile(_ report: inout Report) throws {
    let path = "/dev/shm/vitals-bench-\(getpid())"
    do {
      try Descriptor.open(path, for: .create).write(Array("0\n".utf8))
    } catch {
      return report.add("a file of 2 bytes on tmpfs", "skipped: \(error)")
    }
    defer { unsafe unlink(path) }
    let series = repeated(Self.rounds) {
      for _ in 0..<100 { _ = unsafe bench_read_file(path) }
    }
    perMemoryValue = series.median / 100
    report.add(
      "open, read, close of a file of 2 bytes on tmpfs", duration(perMemoryValue) + " per value")
  }

  private mutating func readDebugFiles(_ path: String, _ report: inout Report) throws {
    let names = try directoryEntries(path).filter {
      (try? FileStatus("\(path)/\($0)"))?.isDirectory == false
    }
    let files = names.map { "\(path)/\($0)" }
    let readable = files.filter { unsafe bench_read_file($0) >= 0 }
    report.add("debugfs: readable files of a VM", "\(readable.count) of \(files.count)")
    guard !readable.isEmpty else {
      throw MissingRequirementError("no file of a VM below \(Self.directory) is readable")
    }
    let series = repeated(Self.rounds) {
      for file in readable { _ = unsafe bench_read_file(file) }
    }
    perValue = series.median / Double(readable.count)
    let isComplete = readable.count == files.count
    report.add("debugfs: open, read, close", duration(perValue) + " per value")
    report.add(
      "debugfs: all \(files.count) values of a VM",
      duration(perValue * Double(files.count)) + (isComplete ? "" : ", extrapolated"))

    try readKeptFiles(path, &report)
  }

  /// Measures the input's backing, which keeps the files open.
  private func readKeptFiles(_ path: String, _ report: inout Report) throws {
    let name = "debugfs: kept open by the sampler"
    let backing = DebugfsBacking()
    let opened = backing.open(path)
    guard let token = opened.token else {
      return report.add(name, "skipped: \(SystemError.name(of: opened.code)) from pread(2)")
    }
    let tree = Tree()
    let group = try tree.attach(
      "kvm", schema: opened.schema, backing: backing, token: token, provenance: .debugfs,
      to: tree.source("kvm/bench"))
    let sampler = Sampler(tree)
    let kept = repeated(Self.rounds) { sampler.pass() }
    let entry = sampler.plan.entries[0]
    // Failed reads are fast and must not count.
    guard group.schema.statistics.allSatisfy({ sampler.value($0, of: entry) != nil }) else {
      return report.add(name, "skipped: no values")
    }
    report.add(
      name, duration(kept.median / Double(opened.schema.statistics.count)) + " per value")
  }
}
