import HostStats
import KVMStats
import LinuxSystem
import RRDStats
import StatsFormats
import StatsInput
import StatsTree
import TableInput
import XenStats
import XenStore

/// Observes this host: creates all selected inputs on one tree, and a sampler for the selected
/// sources.
///
/// Only inputs that can have a selected source are created. For example, a command that watches a
/// table does not scan the host's processes.
final class Observer {
  let tree = Tree()
  let roots: SystemRoots
  /// The sources and statistics that the user selected.
  let selection: Selection
  let sampler: Sampler
  /// The inputs in the order of `KnownInputs.roots`.
  private let inputs: [any Input]
  /// The selected inputs that do not exist on this host, each with the reason for the absence.
  private var absences: [(root: InputRoot, text: String)] = []
  private let tables: TableInput?
  private let pattern: Pattern
  private let enabled: [PathPattern]
  private let includesHidden: Bool
  /// The additional aggregates, which no input has attached; `nil` if the command also shows other
  /// groups.
  private var added: AddedAggregates?
  /// The diagnostics of the first refresh.
  private var firstDiagnostics: [String] = []

  /// Creates the inputs and discovers the sources that exist now.
  ///
  /// - Parameters:
  ///   - options: the selected sources and where to look for them.
  ///   - fallback: the sources to use if the user selects no sources.
  ///   - enabled: the on-demand groups to request from publishers.
  ///   - parts: the groups that are shown. If only aggregates are shown, published sources and CPUs
  ///     get additional aggregates.
  /// - Throws: `CommandError` if a table that the user names does not exist, or `SystemError`.
  init(
    _ options: ObservationOptions, fallback: Pattern, enabling enabled: [PathPattern] = [],
    parts: Selection.Parts = .all
  ) throws {
    raiseDescriptorLimit()
    roots = SystemRoots(handover: options.handover)
    self.enabled = enabled
    includesHidden = options.hidden
    let paths = try options.tablePaths()
    let patterns = options.patterns.isEmpty && paths.isEmpty ? [fallback] : options.patterns
    let selected = Pattern(anyOf: patterns)
    var inputs: [any Input] = []
    var named: [String] = []
    if TableInput.root.isSelected(by: selected) || !paths.isEmpty {
      var tableOptions =
        TableInput.root.isSelected(by: selected) ? options.tableInput : .withoutDirectories
      tableOptions.enabled = enabled.map(\.pattern)
      let tables = try TableInput(tree, options: tableOptions)
      // All sources of a table that the user names are selected.
      named = try paths.map { try tables.attach($0) }
      tables.watched = Pattern(anyOf: patterns + named.map { Pattern(below: $0) })
      self.tables = tables
      pattern = tables.watched
    } else {
      tables = nil
      pattern = selected
    }
    if KVMInput.root.isSelected(by: pattern) {
      let kvm = try KVMInput(tree, roots: roots, options: options.input)
      try Self.requireKnownEvents(kvm)
      inputs.append(kvm)
    }
    if XenInput.root.isSelected(by: pattern) {
      // If the user names a library, this library is tried even on a host without Xen.
      if options.xenLibrary == nil, let absence = ControlDomain.absence(roots) {
        absences.append((XenInput.root, absence))
      } else {
        inputs.append(
          XenInput(
            tree, roots: roots, options: options.xenInput,
            names: try XenStoreClient(firstTimeoutMilliseconds: 1000)))
      }
    }
    if let tables { inputs.append(tables) }
    if RRDInput.root.isSelected(by: pattern) {
      let plugins = RRDInput(tree, options: options.pluginInput)
      // Drop the events of the first refresh, so that errors of files that exist from the start are
      // shown only as diagnostics of their sources.
      _ = plugins.refresh()
      inputs.append(plugins)
    }
    if HostInput.root.isSelected(by: pattern) {
      let host = HostInput(roots: roots)
      try host.attach(to: tree)
      inputs.append(host)
    }
    self.inputs = inputs
    selection = Selection(
      sources: pattern, statistics: options.match?.pattern ?? .everything,
      viewer: options.owner?.viewer ?? .everybody, parts: parts, includesHidden: includesHidden)
    let sampler = Sampler(tree, selection)
    self.sampler = sampler
    if parts == .aggregates { added = AddedAggregates(tree) { sampler.shows($0) } }
    for event in refresh() {
      if case .diagnostic = event { firstDiagnostics.append(event.text.printable) }
    }
    if options.patterns.isEmpty, !named.isEmpty { try requireOneOf(named) }
  }

  private static func requireKnownEvents(_ kvm: KVMInput) throws {
    guard let unknown = kvm.unknownEvents.first else { return }
    if let error = unknown.tracepointError {
      throw CommandError(
        status: .notPermitted,
        text: "cannot list KVM's events: \(error) (run as root)")
    }
    throw CommandError(
      status: .nothingThere,
      text: "unknown event '\(unknown.text)'; this kernel has "
        + unknown.near.joined(separator: ", ") + " and more")
  }

  /// Throws if access to all tables that the user named is denied.
  private func requireOneOf(_ named: [String]) throws {
    let sources = tree.sources(matching: Pattern(paths: Set(named)))
    var denials: [CommandError] = []
    for source in sources {
      guard case .denied(let code) = source.status else { return }
      denials.append(
        CommandError(
          status: source.status.isPermissionDenied ? .notPermitted : .foundWrong,
          text: (source.diagnostics.first?.text ?? SystemError.text(for: code)).printable))
    }
    if let first = denials.first { throw first }
  }

  /// Updates the tree.
  ///
  /// - Returns: the events of selected sources, which the command should show to the user.
  func refresh() -> [InputEvent] {
    let events = inputs.flatMap { $0.refresh() }.filter { isWatched($0.path) }
    do {
      try added?.update()
    } catch {
      Console.warn("cannot add an aggregate: \(error)".printable)
    }
    return events
  }

  /// Waits until a deadline on CLOCK_MONOTONIC.
  ///
  /// Meanwhile, releases the resources of VMs that end.
  func wait(until end: UInt64) {
    if let first = inputs.first(where: { $0.descriptor != nil }) ?? tables {
      first.wait(until: end)
    } else {
      let now = monotonicNanoseconds()
      if now < end { sleepNanoseconds(end - now) }
    }
  }

  /// A descriptor that becomes readable when `wait` should be called, because an input has work to
  /// do.
  var descriptor: CInt? { inputs.lazy.compactMap(\.descriptor).first }

  /// Whether the source at a path, or a possible source below this path, is selected.
  private func isWatched(_ path: String) -> Bool { pattern.mayMatch(below: path) }

  /// Returns the selected sources.
  ///
  /// If there are none, throws an error that names the remedy.
  func requireSources(_ options: ObservationOptions) throws -> [Source] {
    let sources = tree.sources(
      matching: pattern, visibleTo: options.owner?.viewer ?? .everybody,
      includingHidden: includesHidden)
    if !sources.isEmpty { return sources }
    // The selected source might be missing because an input was not able to read it.
    let bases = KnownInputs.guestRoots.filter { $0.isSelected(by: pattern) }
      .compactMap { tree.root.child($0.path) }
    for base in bases {
      for diagnostic in base.diagnostics {
        Console.warn("\(base.path): \(diagnostic.text)".printable)
      }
    }
    if let selected = options.sources.first, bases.contains(where: { $0.status.isPermissionDenied })
    {
      throw CommandError(
        status: .notPermitted,
        text: "cannot tell whether '\(selected.text)' exists: the source above it is not readable")
    }
    for (root, text) in allAbsences where isNamed(root, in: options.patterns) {
      Console.warn(text.printable)
    }
    if let selected = options.sources.first {
      throw CommandError(
        status: .nothingThere,
        text: "no source matches '\(selected.text)' ('vitals list' shows all sources)")
    }
    throw CommandError(
      status: .nothingThere,
      text: "no virtual machine runs on this host ('vitals demo' starts some)")
  }

  /// The inputs that know why they have no sources, each with the reason.
  private var allAbsences: [(root: InputRoot, text: String)] {
    absences + inputs.compactMap { input in input.absence.map { (type(of: input).root, $0) } }
  }

  /// Whether one of the patterns selects the input with this root, but not every input.
  private func isNamed(_ root: InputRoot, in patterns: [Pattern]) -> Bool {
    patterns.contains { pattern in
      root.isSelected(by: pattern) && !KnownInputs.roots.allSatisfy { $0.isSelected(by: pattern) }
    }
  }

  /// Prints the diagnostics of the first refresh, and warns if `--enable` matches no group.
  func printWarnings() {
    for text in firstDiagnostics { Console.warn(text) }
    guard let tables, !enabled.isEmpty, tables.askedCount == 0, firstDiagnostics.isEmpty else {
      return
    }
    let names = tables.namesOnDemand.joined(separator: ", ")
    Console.warn(
      "no on-demand group matches '\(enabled.map(\.text).joined(separator: " "))'"
        + (names.isEmpty ? "" : "; available: \(names)"))
  }
}
