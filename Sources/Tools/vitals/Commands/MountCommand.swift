import ArgumentParser
import FUSE
import LinuxSystem
import StatsFS
import StatsKnowledge
import StatsTree

/// `vitals mount`: shows the sources as a filesystem.
struct MountCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mount",
    abstract: "Mount the sources of this host as directories and files, for cat, grep and scripts.",
    discussion: """
      Each source and each group is a directory. Each statistic is a file that contains its value and \
      a newline. Directories also contain:

        .values    all values of the directory
        .schema    the meaning of the statistics
        .binary    the group in the format of a KVM statistics descriptor
        .table     the shared table of a publisher
        .labels    the labels of the source
        .status    whether the values of the source are current

      The directory .metrics has one directory per statistic, which contains the values of all \
      sources. Writing 0 to the file of a counter resets the counter for all readers of the mount. \
      Ctrl-C or umount ends the command.

      Options for -o, separated by commas:

        uid=N, gid=N        the owner of files whose source has no owner
        mode=OCTAL          the mode of the mounted directory
        ascii=off           no text files for statistics
        visibility=owner    users see their own sources and those without owner
        passthrough=all     the kernel serves .table and .binary without asking Vitals
                            (default: only .table)
        passthrough=off     Vitals serves all files

      Vitals queries QEMU's monitor only if --method permits qmp, because a process that reads a file \
      would have to wait for the answer of QEMU.

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
        // The thread of the FUSE session uses the backings of the inputs, so refresh the inputs
        // only between passes (samplings of all groups).
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
