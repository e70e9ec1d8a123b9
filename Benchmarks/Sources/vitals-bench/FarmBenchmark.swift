import CBench
import Glibc
import LinuxSystem

/// A mounted tree of 1,000 sources with 60 statistics each.
struct FarmBenchmark {
  private static let sources = 1_000
  private static let statistics = 60
  private static let rounds = 100
  private static let listings = 5

  let holder: String?

  func run(_ report: inout Report) throws {
    let holder = try MountedServer.program(holder)
    // A reader on another core pays for waking: all are on one.
    bench_pin(0)
    defer { bench_pin(-1) }
    let farm = try MountedServer(holder) { directory in
      ["tree", directory, "\(Self.sources)", "\(Self.statistics)"]
    }
    let kept = try MountedServer(holder) { directory in
      ["tree", directory, "\(Self.sources)", "\(Self.statistics)", "-o", "passthrough=all"]
    }
    let plain = try MountedServer("/proc/self/exe") { ["serve-text", $0] }
    defer { withExtendedLifetime((farm, kept, plain)) {} }
    try list(farm, &report)
    try TextBenchmark(
      name: "a value of the tree", path: "\(farm.directory)/farm/s500/work/count0",
      plain: "\(plain.directory)/text"
    ).run("one core", &report)
    try readTexts(farm, &report)
    try BinaryReadBenchmark(farm, kept, group: "farm/s500/work").run(&report)
  }

  // MARK: - Texts

  /// All values of a source as one text, against a file for each.
  private func readTexts(_ farm: MountedServer, _ report: inout Report) throws {
    let group = "\(farm.directory)/farm/s500/work"
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
    report.add("a file for each of 60 values: per value", duration(costs[1]))
    report.add(
      "the 60 as one .values: per value",
      "\(duration(costs[0])), whole \(duration(series[0].median))")
    let ratio = costs[1] / costs[0]
    report.add(
      "a file for each / .values: of medians", fixed(ratio, 1), bar: ">= 20", holds: ratio >= 20)
  }

  // MARK: - Listing

  private func list(_ farm: MountedServer, _ report: inout Report) throws {
    // The sources, a group of each, what has them, and the root.
    let directories = Self.sources * 2 + 2
    var cold = Series()
    var warm = Series()
    var least: RequestCounts?
    for round in 0..<Self.listings {
      // What the kernel keeps of names and attributes holds for a second.
      if round > 0 { sleepNanoseconds(1_200_000_000) }
      try farm.tell("counts")
      cold.add(try timeOfListing(farm.directory))
      let counts = RequestCounts(try farm.tell("counts"))
      // One that takes longer than names hold asks for some of them twice.
      if counts.beyondEntries < least?.beyondEntries ?? .max { least = counts }
      warm.add(try timeOfListing(farm.directory))
    }
    report.add(
      "ls -R of 1,000 sources with 60 statistics: minimum, median",
      "\(duration(cold.minimum)), \(duration(cold.median))")
    report.add(
      "the same again at once", "\(duration(warm.minimum)), \(duration(warm.median))")
    report.add("requests of a listing, at the least", least?.text ?? "")
    // To two digits: whoever lists looks at the root before.
    let ratio = (Double(least?.beyondEntries ?? 0) / Double(directories) * 100).rounded() / 100
    report.add(
      "requests beyond entries / directories", fixed(ratio), bar: "<= 2", holds: ratio <= 2)
  }

  private func timeOfListing(_ directory: String) throws -> Double {
    let nowhere = try Descriptor.open("/dev/null", for: .readWrite)
    return try time {
      let process = try ChildProcess(
        executable: "/bin/ls", arguments: ["-R", directory], output: nowhere)
      guard process.waitForExit(milliseconds: 120_000) else {
        throw SystemError(call: "ls", object: directory, code: ETIMEDOUT)
      }
    }
  }
}

/// What a holder of a tree says of the requests that it had, by kind.
struct RequestCounts {
  private let counts: [(kind: String, count: Int)]

  /// Reads its line, such as `counts lookup=3 open=1`.
  init(_ line: String) {
    counts = line.split { $0 == " " || $0 == "\n" }.compactMap { word in
      let parts = word.split(separator: "=")
      guard parts.count == 2, let count = Int(parts[1]) else { return nil }
      return (String(parts[0]), count)
    }
  }

  /// Those that do not bring entries; of what the kernel forgets nobody waits for an answer.
  var beyondEntries: Int {
    counts.filter { !$0.kind.hasPrefix("readDirectory") && $0.kind != "forget" }
      .reduce(0) { $0 + $1.count }
  }

  var text: String { counts.map { "\($0.count) \($0.kind)" }.joined(separator: ", ") }
}
