import ArgumentParser
import LinuxSystem
import StatsFS
import StatsTree

/// `vitals mount`: the sources as a filesystem.
struct MountCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mount",
    abstract: "The sources of this host as directories and files, for cat, grep and scripts.",
    discussion: """
      A directory for each source and each of its groups, a file for each statistic with its value \
      and a newline. Beside them .values has all values of a directory, .binary a group in the \
      format of KVM's statistics descriptors, .labels what is known of a source, and .status \
      whether its numbers are there. A file has the sample of the moment in which it is read from \
      its beginning. It is read-only, and ends with Ctrl-C or when it is unmounted.

      QEMU's monitor is not asked unless --via says so: whoever reads a file would wait for it.

      Examples:
        mkdir -p /tmp/vitals && vitals mount /tmp/vitals
        cat /tmp/vitals/kvm/*/vcpus.kvm/exits
        grep -r . /tmp/vitals/host
      """)

  @Argument(help: ArgumentHelp("An empty directory.", valueName: "dir"))
  var directory: String

  @OptionGroup var observation: ObservationOptions

  /// How often what came and went is looked for, in nanoseconds.
  private static let interval: UInt64 = 200_000_000

  func run() throws {
    var observation = observation
    if observation.via == nil { observation.via = try RungList("handover,pidfd,debugfs") }
    let signals = try EndSignals()
    let observer = try Observer(observation, fallback: .everything)
    let files = TreeFileSystem(observer.tree, observer.selection)
    let session: FuseSession
    do {
      session = try FuseSession(FuseMount(on: directory), files)
    } catch {
      throw Failure(status: error.failureStatus, text: "\(error)")
    }
    try Console.write("mounted on \(directory); Ctrl-C or umount ends it\n")
    while session.waitForEnd(milliseconds: 0) == nil {
      if signals.wait(until: monotonicNanoseconds() + Self.interval) { break }
      // The session's thread asks the inputs' backings.
      observer.tree.betweenPasses { _ = observer.refresh() }
    }
    let end = session.stop()
    if case .aborted = end { throw Failure(status: .foundWrong, text: "\(directory): \(end)") }
    if case .failed(let error) = end { throw error }
  }
}

extension FuseMountError {
  fileprivate var failureStatus: Failure.Status {
    switch self {
    case .noDevice, .refused, .noProgram: .notPermitted
    case .noDirectory: .nothingThere
    default: .foundWrong
    }
  }
}
