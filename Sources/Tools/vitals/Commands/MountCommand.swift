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
    abstract: "The sources of this host as directories and files, for cat, grep and scripts.",
    discussion: """
      A directory for each source and each of its groups, a file for each statistic with its value \
      and a newline. Beside them .values has all values of a directory, .schema what they mean, \
      .binary a group in the format of KVM's statistics descriptors, .table a publisher's shared \
      table, .labels what is known of a source, and .status whether its numbers are there; \
      .metrics has the same with statistics first. Writing 0 to a count has it begin again for \
      the readers of the mount. It ends with Ctrl-C or when it is unmounted.

      Options behind -o, with commas between them: uid=N and gid=N (whose the files are that are \
      nobody's), mode=OCTAL (of the directory itself), ascii=off (no text for each statistic), \
      visibility=owner (everybody sees what is theirs or nobody's), passthrough=all or off (what \
      the kernel answers itself: tables, unless said otherwise).

      QEMU's monitor is not queried unless --method permits qmp: a reader of a file would wait for it.

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
    help: ArgumentHelp("Mount options, with commas between them.", valueName: "options"))
  var o: [String] = []

  @OptionGroup var observation: ObservationOptions

  /// How often what came and went is looked for, in nanoseconds.
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
        // The session's thread asks the inputs' backings.
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
