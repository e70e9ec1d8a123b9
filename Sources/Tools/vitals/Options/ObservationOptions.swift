import ArgumentParser
import KVMStats
import LinuxSystem
import RRDStats
import StatsTree
import TableInput
import XenStats

/// The options of every command that reads sources.
struct ObservationOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      """
      The sources, such as kvm/web1, app/shop or '/vcpu[01]$/', or the path of a shared table \
      or socket.
      """, valueName: "source"),
    transform: SourceArgument.init)
  var sources: [SourceArgument] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Select statistics by name, such as 'halt_*' or /exits/.", valueName: "pattern"),
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
      "The QMP socket to use for a QEMU process if another client occupies the one that Vitals finds (repeatable).",
      valueName: "pid=socket"),
    transform: MonitorAddress.init)
  var qmp: [MonitorAddress] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Also count these events of the vCPU threads while the command runs, separated by commas: \
      KVM tracepoints (kvm_pio, 'kvm_*'); a tracepoint with a certain value of its field \
      (kvm_userspace_exit:KVM_EXIT_IO, or kvm_exit:* to count each value), which costs more \
      because the kernel evaluates a filter at each hit; context-switches, cpu-migrations, \
      task-clock; cycles and instructions, optionally with :guest or :host.
      """, valueName: "events"),
    transform: EventList.init)
  var events: EventList?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The directory of the sockets on which VMMs hand over descriptors.", valueName: "dir"))
  var handover: String = "/run/vitals/kvm"

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      The directory of the sockets and tables of publishers (default: /run/vitals/app and \
      /dev/shm/vitals/app).
      """, valueName: "dir"))
  var tables: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      The libxenctrl to load, by name or path, instead of the installed one; also skips the \
      test for dom0.
      """, valueName: "library", visibility: .hidden))
  var xenLibrary: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The directory of the files of xcp-rrdd plugins (sources rrdd/...).", valueName: "dir"))
  var plugins = RRDInput.Options().directory

  @Flag(name: .long, help: "Include hidden sources and groups.")
  var hidden = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Select only sources of this user and sources without an owner. Aggregates include only these.",
      valueName: "user"),
    transform: OwnerArgument.init)
  var owner: OwnerArgument?

  func validate() throws {
    if methods != nil, via != nil {
      throw ValidationError("'--via' is an alias of '--method'; use one of them")
    }
  }

  /// Those source arguments that are patterns.
  var patterns: [Pattern] { sources.compactMap(\.pattern) }

  /// Returns the source arguments that are paths of tables.
  ///
  /// Throws if a table does not exist.
  func tablePaths() throws -> [String] {
    try sources.filter { $0.pattern == nil }.map { source in
      do throws(SystemError) {
        let status = try FileStatus(source.text)
        if status.isRegular || status.isSocket { return source.text }
      } catch {
        throw CommandError(
          status: error.isPermissionDenied ? .notPermitted : .nothingThere, text: "\(error)")
      }
      throw CommandError(
        status: .usage, text: "'\(source.text)' is neither a file nor a socket")
    }
  }

  /// The options for shared tables.
  var tableInput: TableInput.Options {
    var options = TableInput.Options()
    if let tables {
      options.socketDirectory = tables
      options.tableDirectory = tables
    }
    return options
  }

  /// The options for Xen domains.
  var xenInput: XenInput.Options {
    var options = XenInput.Options()
    options.library = xenLibrary
    if let methods = methods ?? via { options.methods = methods.xen }
    return options
  }

  /// The options for files of xcp-rrdd plugins.
  var pluginInput: RRDInput.Options {
    var options = RRDInput.Options()
    options.directory = plugins
    return options
  }

  /// The options for KVM virtual machines.
  var input: KVMInput.Options {
    var options = KVMInput.Options()
    if let methods = methods ?? via { options.methods = methods.kvm }
    for address in qmp { options.monitors[address.pid] = address.path }
    options.events = events?.patterns ?? []
    return options
  }
}

/// An argument that selects sources: a pattern, or the path of a table.
struct SourceArgument {
  let text: String
  /// The pattern; `nil` if the argument is the path of a table.
  let pattern: Pattern?

  /// Parses an argument.
  ///
  /// A text that starts like a filesystem path is the path of a table.
  init(_ text: String) throws {
    self.text = text
    let isExpression = text.count > 1 && text.hasPrefix("/") && text.hasSuffix("/")
    let isPath = ["/", "./", "../"].contains { text.hasPrefix($0) } && !isExpression
    pattern = isPath ? nil : try PathPattern(text).pattern
  }
}

/// A glob, or a regular expression between slashes.
struct PathPattern {
  let text: String
  let pattern: Pattern

  /// Parses a pattern.
  init(_ text: String) throws {
    self.text = text
    do {
      pattern = try Pattern(text)
    } catch {
      throw ValidationError(error.description)
    }
  }
}

/// Parses the patterns of the events to count, separated by commas.
struct EventList {
  let patterns: [KVMInput.EventPattern]

  init(_ text: String) throws {
    do {
      patterns = try text.split(separator: ",").map { try KVMInput.EventPattern(String($0)) }
    } catch {
      throw ValidationError("\(error)")
    }
    if patterns.isEmpty { throw ValidationError("expected at least one event") }
  }
}

/// The monitor socket of one QEMU process.
struct MonitorAddress {
  let pid: Int32
  let path: String

  init(_ text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let pid = Int32(parts[0]), pid > 0 else {
      throw ValidationError("expected PID=SOCKET, such as 1234=/run/vm.sock")
    }
    self.pid = pid
    path = String(parts[1])
  }
}
