import CBench
import Glibc
import LinuxSystem

/// A mounted tree of 1,000 sources with 60 statistics each.
struct MountedTreeBenchmark {
  private static let sources = 1_000
  private static let statistics = 60
  private static let rounds = 100
  private static let listings = 5

  let holder: String?

  func run(_ report: inout Report) throws {
    let holder = try MountedServer.program(holder)
    // A wakeup on another core is expensive: run all processes on one core.
    bench_pin(0)
    defer { bench_pin(-1) }
    let served = try MountedServer(holder) { directory in
      ["tree", directory, "\(Self.sources)", "\(Self.statistics)"]
    }
    let passthrough = try MountedServer(holder) { directory in
      ["tree", directory, "\(Self.sources)", "\(Self.statistics)", "-o", "passthrough=all"]
    }
    let plain = try MountedServer("/proc/self/exe") { ["serve-text", $0] }
    defer { withExtendedLifetime((served, passthrough, plain)) {} }
    try list(served, &report)
    try TextBenchmark(
      name: "a value of the tree", path: "\(served.directory)/farm/s500/work/count0",
      plain: "\(plain.directory)/text"
    ).run("one core", &report)
    try readTexts(served, &report)
    try BinaryReadBenchmark(served, passthrough, group: "farm/s500/work").run(&report)
  }

  // MARK: - Texts

  /// Reads all values of a source from one file and from a file per value.
  private func readTexts(_ served: MountedServer, _ report: inout Report) throws {
    let group = "\(served.directory)/farm/s500/work"
    let files = try directoryEntries(group).filter { !$0.hasPrefix(".") }.map { "\(group)/\($0)" }
    guard files.count == Self.statistics else {
      throw SystemError(call: "readdir", object: "\(files.count) files of \(group)", code: EIO)
    }
    var failed = 0
    func read(_ path: String) {
      if unsafe bench_read_text(path) <= 0 { failed += 1 }
    }
    let series = interleaved(
      Self.rounds, [{ read("\(group)/.values") }, { files.forEach(read) }])
    guard failed == 0 else {
      throw SystemError(call: "read", object: "\(failed) texts", code: EIO)
    }
    let costs = series.map { $0.median / Double(Self.statistics) }
    report.add("60 values, a file per value: per value", duration(costs[1]))
    report.add(
      "60 values, .values of their directory: per value",
      "\(duration(costs[0])), file \(duration(series[0].median))")
    let ratio = costs[1] / costs[0]
    report.add(
      "a file per value / .values: medians", fixed(ratio, 1), bar: ">= 20", holds: ratio >= 20)
  }

  // MARK: - Listing

  private func list(_ served: MountedServer, _ report: inout Report) throws {
    // The sources, a group of each, their parent, and the root.
    let directories = Self.sources * 2 + 2
    var cold = Series()
    var warm = Series()
    var minimum: RequestCounts?
    for round in 0..<Self.listings {
      // Names and attributes in the kernel's caches are valid for one second.
      if round > 0 { sleepNanoseconds(1_200_000_000) }
      try served.send("counts")
      cold.add(try timeOfListing(served.directory))
      let counts = RequestCounts(try served.send("counts"))
      // A listing that exceeds the validity of names requests some of them twice.
      if counts.beyondEntries < minimum?.beyondEntries ?? .max { minimum = counts }
      warm.add(try timeOfListing(served.directory))
    }
    report.add(
      "ls -R of 1,000 sources with 60 statistics: minimum, median",
      "\(duration(cold.minimum)), \(duration(cold.median))")
    report.add(
      "ls -R again, immediately", "\(duration(warm.minimum)), \(duration(warm.median))")
    report.add("requests of a listing, minimum", minimum?.text ?? "")
    // Rounded to two digits, because ls reads the root's attributes once more.
    let ratio = (Double(minimum?.beyondEntries ?? 0) / Double(directories) * 100).rounded() / 100
    report.add(
      "requests beyond entries / directories", fixed(ratio), bar: "<= 2", holds: ratio <= 2)
  }

  private func timeOfListing(_ directory: String) throws -> Double {
    let null = try Descriptor.open("/dev/null", for: .readWrite)
    return try time {
      let process = try ChildProcess(
        executable: "/bin/ls", arguments: ["-R", directory], output: null)
      guard process.waitForExit(milliseconds: 120_000) else {
        throw SystemError(call: "ls", object: directory, code: ETIMEDOUT)
      }
    }
  }
}

/// The numbers of requests that a server received, by kind.
struct RequestCounts {
  private let counts: [(kind: String, count: Int)]

  /// Parses the server's line, such as `counts lookup=3 open=1`.
  init(_ line: String) {
    counts = line.split { $0 == " " || $0 == "\n" }.compactMap { word in
      let parts = word.split(separator: "=")
      guard parts.count == 2, let count = Int(parts[1]) else { return nil }
      return (String(parts[0]), count)
    }
  }

  /// The number of requests except directory reads, and FORGET, which has no reply.
  var beyondEntries: Int {
    counts.filter { !$0.kind.hasPrefix("readDirectory") && $0.kind != "forget" }
      .reduce(0) { $0 + $1.count }
  }

  var text: String { counts.map { "\($0.count) \($0.kind)" }.joined(separator: ", ") }
}
