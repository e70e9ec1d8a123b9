import LinuxSystem
import SampleFileSystem
import StatsFS

/// Serves a tree of many sources whose numbers are in memory.
struct TreeHolder {
  private let directory: String
  private let sources: Int
  private let statistics: Int
  private var threads = 1

  init(_ words: [String]) throws(Misuse) {
    guard words.count >= 3, let sources = Int(words[1]), sources >= 0,
      let statistics = Int(words[2]), statistics >= 7
    else { throw Misuse("fs-holder tree DIRECTORY SOURCES STATISTICS [-o OPTION,...]") }
    directory = words[0]
    self.sources = sources
    self.statistics = statistics
    let rest = Array(words.dropFirst(3))
    guard rest.isEmpty || rest.count == 2 && rest[0] == "-o" else {
      throw Misuse("fs-holder: not understood: \(rest.joined(separator: " "))")
    }
    for option in rest.dropFirst().first?.split(separator: ",") ?? [] { try take(option) }
  }

  private mutating func take(_ option: Substring) throws(Misuse) {
    let parts = option.split(separator: "=", maxSplits: 1)
    switch parts.first {
    case "threads":
      guard let count = parts.dropFirst().first.flatMap({ Int($0) }), count > 0 else { break }
      threads = count
      return
    default: break
    }
    throw Misuse("fs-holder: not understood: -o \(option)")
  }

  func serve() throws {
    let signals = try EndSignals()
    let farm = SampleTree(sources: sources, statistics: statistics)
    let files = CountedFileSystem(TreeFileSystem(farm.tree))
    let session = try FuseSession(FuseMount(on: directory), files, threads: threads)
    say("ready")
    let commands = TreeCommands(farm: farm, files: files)
    try serveLines(session, until: signals) { commands.answer($0) }
  }
}
