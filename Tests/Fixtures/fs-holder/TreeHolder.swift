import FUSE
import LinuxSystem
import SampleFileSystem
import StatsFS
import StatsKnowledge

/// Serves a tree of many sources with values in memory.
struct TreeHolder {
  private let directory: String
  private let sources: Int
  private let statistics: Int
  private var threads = 1
  private var settings = MountSettings()

  init(_ words: [String]) throws(UsageError) {
    guard words.count >= 3, let sources = Int(words[1]), sources >= 0,
      let statistics = Int(words[2]), statistics >= 7
    else { throw UsageError("usage: fs-holder tree DIRECTORY SOURCES STATISTICS [-o OPTION,...]") }
    directory = words[0]
    self.sources = sources
    self.statistics = statistics
    let rest = Array(words.dropFirst(3))
    guard rest.isEmpty || rest.count == 2 && rest[0] == "-o" else {
      throw UsageError("fs-holder: unexpected arguments '\(rest.joined(separator: " "))'")
    }
    var others: [Substring] = []
    for option in rest.dropFirst().first?.split(separator: ",") ?? [] {
      if option.hasPrefix("threads="), let count = Int(option.dropFirst(8)), count > 0 {
        threads = count
      } else {
        others.append(option)
      }
    }
    if others.isEmpty { return }
    do throws(MountSettings.OptionError) {
      settings = try MountSettings(parsing: others.joined(separator: ","))
    } catch {
      throw UsageError("fs-holder: \(error)")
    }
  }

  func serve() throws {
    let signals = try TerminationSignals()
    let farm = SampleTree(sources: sources, statistics: statistics)
    let view = TreeFileSystem(farm.tree, meanings: .builtIn, settings: settings)
    let files = CountedFileSystem(view)
    let session = try FuseSession(
      FuseMount(on: directory), files, requested: TreeFileSystem.requestedFeatures, threads: threads
    )
    writeLine("ready")
    let commands = TreeCommands(farm: farm, files: files)
    try serveLines(session, until: signals) {
      view.update()
    } answer: {
      commands.answer($0)
    }
  }
}
