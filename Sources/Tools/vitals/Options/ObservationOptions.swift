import ArgumentParser
import KVMStats
import LinuxSystem
import RRDStats
import StatsTree
import TableInput
import XenStats

/// The options of every command that looks at sources.
struct ObservationOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      """
      The sources to look at, such as kvm/web1, app/shop or '/vcpu[01]$/', or the path of a \
      publisher's table or socket.
      """, valueName: "source"),
    transform: SourceArgument.init)
  var sources: [SourceArgument] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only statistics whose name matches, such as 'halt_*' or /exits/.", valueName: "pattern"),
    transform: PathPattern.init)
  var match: PathPattern?

  @Option(
    name: .customLong("method"),
    help: ArgumentHelp(
      """
      The permitted access methods, separated by commas: handover, pidfd, bpf, qmp and debugfs \
      for KVM, table and libxenctrl for Xen (default: all).
      """, valueName: "methods"),
    transform: AccessMethodList.init)
  var methods: AccessMethodList?

  @Option(
    name: .customLong("via"),
    help: ArgumentHelp("The former name of --method.", visibility: .hidden),
    transform: AccessMethodList.init)
  var via: AccessMethodList?

  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp(
      "A QMP socket to use for a QEMU whose own is taken; may be given more than once.",
      valueName: "pid=socket"),
    transform: MonitorAddress.init)
  var qmp: [MonitorAddress] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Counters of the vCPUs' threads to keep while this runs, with commas between them: KVM's \
      tracepoints (kvm_pio, 'kvm_*'), one value of theirs (kvm_userspace_exit:KVM_EXIT_IO, \
      'kvm_exit:*', which cost each exit a filter), context-switches, cpu-migrations, task-clock, \
      and where the machine has them cycles, instructions, each also as :guest and :host.
      """, valueName: "events"),
    transform: EventList.init)
  var events: EventList?

  @Option(
    name: .long,
    help: ArgumentHelp("The directory of the sockets on which VMMs hand over.", valueName: "dir"))
  var handover: String = "/run/vitals/kvm"

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      The directory of publishers' sockets and tables, in place of /run/vitals/app and \
      /dev/shm/vitals/app.
      """, valueName: "dir"))
  var tables: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      The libxenctrl to load, by name or path, in place of the one that is installed; then it is \
      not looked whether this is dom0.
      """, valueName: "library", visibility: .hidden))
  var xenLibrary: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The directory of the files of xcp-rrdd's plugins, the sources rrdd/...", valueName: "dir"))
  var plugins = RRDInput.Options().directory

  @Flag(name: .long, help: "Also sources and groups that are hidden.")
  var hidden = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only what a user owns, and what nobody does; aggregates count nothing else.",
      valueName: "user"),
    transform: OwnerArgument.init)
  var owner: OwnerArgument?

  func validate() throws {
    if methods != nil, via != nil {
      throw ValidationError("'--via' is an alias of '--method'; use one of them")
    }
  }

  /// The patterns among the sources.
  var patterns: [Pattern] { sources.compactMap(\.pattern) }

  /// The tables that were named, each of which is there.
  func tablePaths() throws -> [String] {
    try sources.filter { $0.pattern == nil }.map { source in
      do throws(SystemError) {
        let status = try FileStatus(source.text)
        if status.isRegular || status.isSocket { return source.text }
      } catch {
        throw CommandError(
          status: error.isPermission ? .notPermitted : .nothingThere, text: "\(error)")
      }
      throw CommandError(
        status: .usage, text: "\(source.text) is neither a file nor a socket")
    }
  }

  /// The options for the publishers' tables.
  var tableInput: TableInput.Options {
    var options = TableInput.Options()
    if let tables {
      options.socketDirectory = tables
      options.tableDirectory = tables
    }
    return options
  }

  /// The options for the domains of Xen.
  var xenInput: XenInput.Options {
    var options = XenInput.Options()
    options.library = xenLibrary
    if let methods = methods ?? via { options.methods = methods.xen }
    return options
  }

  /// The options for the plugins' files.
  var pluginInput: RRDInput.Options {
    var options = RRDInput.Options()
    options.directory = plugins
    return options
  }

  /// The options for the virtual machines of KVM.
  var input: KVMInput.Options {
    var options = KVMInput.Options()
    if let methods = methods ?? via { options.methods = methods.kvm }
    for address in qmp { options.monitors[address.pid] = address.path }
    options.events = events?.patterns ?? []
    return options
  }
}

/// A pattern of sources, or the path of a table.
struct SourceArgument {
  let text: String
  /// Nil for the path of a table.
  let pattern: Pattern?

  /// Reads what a person wrote: what begins as a path of the filesystem does is one.
  init(_ text: String) throws {
    self.text = text
    let isExpression = text.count > 1 && text.hasPrefix("/") && text.hasSuffix("/")
    let isPath = ["/", "./", "../"].contains { text.hasPrefix($0) } && !isExpression
    pattern = isPath ? nil : try PathPattern(text).pattern
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

/// The counters that are asked for.
struct EventList {
  let patterns: [KVMInput.EventPattern]

  init(_ text: String) throws {
    do {
      patterns = try text.split(separator: ",").map { try KVMInput.EventPattern(String($0)) }
    } catch {
      throw ValidationError("\(error)")
    }
    if patterns.isEmpty { throw ValidationError("at least one event is needed") }
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
