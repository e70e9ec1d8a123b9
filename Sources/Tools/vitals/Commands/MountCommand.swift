import ArgumentParser
import FUSE
import LinuxSystem
import StatsFS
import StatsKnowledge
import StatsTree

/// `vitals mount`: the sources as a filesystem.
struct MountCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mount",
    abstract: "Mount the sources of this host as directories and files, for cat, grep and scripts.",
    discussion: """
      Each source and group is a directory, each statistic a file with its value and a newline. \
      .values has all values of a directory, .schema their meaning, .binary a group in the format of \
      KVM statistics descriptors, .table the shared table of a publisher, .labels the labels of a \
      source, and .status whether its values are current; .metrics has the same data with statistics \
      first. Writing 0 to a count resets it for the readers of the mount. Ctrl-C or umount \
      ends the command.

      Options for -o, separated by commas: uid=N and gid=N (owner of files of sources that have \
      none), mode=OCTAL (of the directory itself), ascii=off (no text file per statistic), \
      visibility=owner (users see their own sources and those without an owner), passthrough=all or \
      off (which files the kernel reads directly; default: tables).

      QEMU's monitor is not queried unless --method permits qmp, because a reader of a file would wait \
      for it.

      Examples:
        mkdir -p /tmp/vitals && vitals mount /tmp/vitals
        cat /tmp/vitals/kvm/*/vcpus.kvm/exits
        grep -r . /tmp/vitals/host
        vitals mount /tmp/vitals -o mode=0750,visibility=owner
      """)

  @Argument(help: ArgumentHelp("An empty directory.", valueName: "dir"))
  var directory: String

  @Option(
    name: .short, parsing: .singleValue,
    help: ArgumentHelp("Mount options, separated by commas.", valueName: "options"))
  var o: [String] = []

  @OptionGroup var observation: ObservationOptions

  /// The time between two refreshes of the inputs, in nanoseconds.
  private static let interval: UInt64 = 200_000_000

  func validate() throws {
    do throws(MountSettings.OptionError) {
      _ = try settings()
    } catch {
      throw ValidationError(error.description)
    }
  }

  private func settings() throws(MountSettings.OptionError) -> MountSettings {
    o.isEmpty ? MountSettings() : try MountSettings(parsing: o.joined(separator: ","))
  }

  func run() throws {
    var observation = observation
    if observation.methods == nil, observation.via == nil {
      observation.methods = try AccessMethodList("handover,pidfd,bpf,debugfs")
    }
    let signals = try TerminationSignals()
    let observer = try Observer(observation, fallback: .everything)
    let files = TreeFileSystem(
      observer.tree, observer.selection, meanings: .builtIn, settings: try settings())
    let session: FuseSession
    do {
      session = try FuseSession(
        FuseMount(on: directory), files, requested: TreeFileSystem.requestedFeatures)
    } catch {
      throw CommandError(status: error.failureStatus, text: "\(error)")
    }
    try Console.write("mounted on \(directory); Ctrl-C or umount ends it\n")
    var nextRefresh: UInt64 = 0
    while session.waitForEnd(milliseconds: 0) == nil {
      let now = monotonicNanoseconds()
      if now >= nextRefresh {
        // The thread of the session uses the backings of the inputs.
        observer.tree.betweenPasses { _ = observer.refresh() }
        nextRefresh = now + Self.interval
      }
      let isBusy = files.update()
      if signals.wait(until: isBusy ? now + TreeFileSystem.updateInterval : nextRefresh) { break }
    }
    let end = session.stop()
    if case .aborted = end { throw CommandError(status: .foundWrong, text: "\(directory): \(end)") }
    if case .failed(let error) = end { throw error }
  }
}

extension FuseMountError {
  fileprivate var failureStatus: CommandError.Status {
    switch self {
    case .noDevice, .refused, .noProgram: .notPermitted
    case .noDirectory: .nothingThere
    default: .foundWrong
    }
  }
}
