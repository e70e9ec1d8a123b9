import ArgumentParser
import KVMStats
import StatsTree

/// The options of every command that looks at sources.
struct ObservationOptions: ParsableArguments {
  @Argument(
    help: "The sources to look at, such as kvm/web1 or '/vcpu[01]$/'.",
    transform: PathPattern.init)
  var pattern: PathPattern?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only statistics whose name matches, such as 'halt_*' or /exits/.", valueName: "pattern"),
    transform: PathPattern.init)
  var match: PathPattern?

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      The ways to a VM's numbers that may be taken, of handover, pidfd, qmp and debugfs, with \
      commas between them.
      """, valueName: "ways"),
    transform: RungList.init)
  var via: RungList?

  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp(
      "A QMP socket to use for a QEMU whose own is taken; may be given more than once.",
      valueName: "pid=socket"),
    transform: MonitorAddress.init)
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
struct PathPattern {
  let text: String
  let pattern: Pattern

  /// Reads what a person wrote, or says what is wrong with it.
  init(_ text: String) throws {
    self.text = text
    do {
      pattern = try Pattern(text)
    } catch {
      throw ValidationError(error.description)
    }
  }
}

/// Some of the ways to a VM's numbers.
struct RungList {
  let rungs: Set<KVMInput.Rung>

  init(_ text: String) throws {
    rungs = Set(
      try text.split(separator: ",").map { word in
        guard let rung = KVMInput.Rung(rawValue: String(word)) else {
          let all = KVMInput.Rung.allCases.map(\.rawValue).joined(separator: ", ")
          throw ValidationError("there is no way '\(word)'; there are \(all)")
        }
        return rung
      })
    if rungs.isEmpty { throw ValidationError("at least one way is needed") }
  }
}

/// The monitor of one QEMU.
struct MonitorAddress {
  let pid: Int32
  let path: String

  init(_ text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let pid = Int32(parts[0]), pid > 0 else {
      throw ValidationError("write the QEMU's process number, = and the socket: 1234=/run/vm.sock")
    }
    self.pid = pid
    path = String(parts[1])
  }
}
