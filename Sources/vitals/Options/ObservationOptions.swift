import ArgumentParser
import KVMStats
import StatsTree

/// The options of every command that looks at sources.
struct ObservationOptions: ParsableArguments {
  @Argument(help: "The sources to look at, such as kvm/web1 or '/vcpu[01]$/'.")
  var pattern: PathPattern?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only statistics whose name matches, such as 'halt_*' or /exits/.", valueName: "pattern"))
  var match: PathPattern?

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      The ways to a VM's numbers that may be taken, of handover, pidfd, qmp and debugfs, with \
      commas between them.
      """, valueName: "ways"))
  var via: RungList?

  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp(
      "A QMP socket to use for a QEMU whose own is taken; may be given more than once.",
      valueName: "pid=socket"))
  var qmp: [MonitorAddress] = []

  @Option(
    name: .long,
    help: ArgumentHelp("The directory of the sockets on which VMMs hand over.", valueName: "dir"))
  var handover: String = "/run/vitals/kvm"

  /// The options for the input.
  var input: KVMInput.Options {
    var options = KVMInput.Options()
    if let via { options.rungs = via.rungs }
    for address in qmp { options.monitors[address.pid] = address.path }
    return options
  }
}

/// A glob or an expression between slashes.
struct PathPattern: ExpressibleByArgument {
  let text: String
  let pattern: Pattern

  init?(argument: String) {
    guard let pattern = try? Pattern(argument) else { return nil }
    text = argument
    self.pattern = pattern
  }
}

/// Some of the ways to a VM's numbers.
struct RungList: ExpressibleByArgument {
  let rungs: Set<KVMInput.Rung>

  init?(argument: String) {
    var rungs: Set<KVMInput.Rung> = []
    for word in argument.split(separator: ",") {
      guard let rung = KVMInput.Rung(rawValue: String(word)) else { return nil }
      rungs.insert(rung)
    }
    guard !rungs.isEmpty else { return nil }
    self.rungs = rungs
  }
}

/// The monitor of one QEMU.
struct MonitorAddress: ExpressibleByArgument {
  let pid: Int32
  let path: String

  init?(argument: String) {
    guard let equals = argument.firstIndex(of: "="), let pid = Int32(argument[..<equals]), pid > 0
    else { return nil }
    self.pid = pid
    path = String(argument[argument.index(after: equals)...])
    if path.isEmpty { return nil }
  }
}
