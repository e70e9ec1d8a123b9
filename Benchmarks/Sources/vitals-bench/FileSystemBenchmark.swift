import CBench
import Glibc
import LinuxSystem

/// Files of a mounted filesystem, against a minimal server in C and against memory.
struct FileSystemBenchmark {
  private static let rounds = 300
  private static let pages = 200

  let holder: String?

  func run(_ report: inout Report) throws {
    let holder = try MountedServer.program(holder)
    // The scheduler may move reader and server to different cores, which multiplies the time:
    // measure both placements with pinned processes.
    bench_pin(0)
    defer { bench_pin(-1) }
    let ours = try MountedServer(holder) { [$0] }
    let plain = try MountedServer("/proc/self/exe") { ["serve-text", $0] }
    defer { withExtendedLifetime((ours, plain)) {} }
    let texts = TextBenchmark(
      name: "StatsFS", path: "\(ours.directory)/text", plain: "\(plain.directory)/text")
    try texts.run("one core", &report)
    bench_pin(1)
    if sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1 {
      try texts.run("two cores", &report)
    }
    try readPages(ours, &report)
  }

  /// Reads a page of memory directly, by passthrough, and as a copy that the server sends.
  private func readPages(_ ours: MountedServer, _ report: inout Report) throws {
    let words = ours.greeting.split(separator: " ")
    guard words.count > 2, let number = CInt(words[1]) else {
      throw MissingRequirementError("fs-holder: \(ours.greeting)")
    }
    guard words[2] == "passthrough" else {
      throw MissingRequirementError(words.dropFirst(2).joined(separator: " "))
    }
    let memory = try ProcessDescriptor(pid: ours.process.pid).copyDescriptor(number)
    let backed = try Descriptor.open("\(ours.directory)/table")
    let served = try Descriptor.open("\(ours.directory)/copy")
    let descriptors = [backed.rawValue, memory.rawValue, served.rawValue]
    var failed = 0
    let series = interleaved(
      Self.rounds,
      descriptors.map { descriptor in
        { failed += Self.pages - Int(bench_read_pages(descriptor, Self.pages)) }
      })
    withExtendedLifetime((backed.rawValue, memory.rawValue, served.rawValue)) {}
    guard failed == 0 else {
      throw SystemError(call: "pread", object: "\(failed) pages", code: EIO)
    }
    let costs = series.map { $0.median / Double(Self.pages) }
    report.add("pread of 4 KiB on a kept descriptor: memfd", duration(costs[1]))
    report.add(
      "the same memfd by passthrough",
      "\(duration(costs[0])), \(fixed(costs[0] / costs[1]))x")
    report.add("a copy of the memfd, served by StatsFS", duration(costs[2]))
  }
}
