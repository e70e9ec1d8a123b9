import HostStats
import KVMStats
import LinuxSystem
import RRDStats
import StatsFormats
import StatsTree
import TableInput
import XenStats
import XenStore

/// This host, assembled: the inputs on one tree, and a sampler over what was asked for.
///
/// An input that can have nothing of what was asked for is not begun: to watch a table takes no
/// look at the host's processes.
final class Observer {
  let tree = Tree()
  let roots: SystemRoots
  /// What was asked for.
  let selection: Selection
  let sampler: Sampler
  private let host: HostInput?
  private let kvm: KVMInput?
  private let tables: TableInput?
  private let xen: XenInput?
  /// Why there are no domains, where they were asked for.
  private let xenAbsence: String?
  private let plugins: RRDInput?
  private let pattern: Pattern
  private let enabled: [PathPattern]
  private let includesHidden: Bool
  /// Where only aggregates are asked for: those that no input gave.
  private var added: AddedAggregates?
  /// What the first look said of groups that were asked for.
  private var refusals: [String] = []

  /// Finds what there is now.
  ///
  /// - Parameters:
  ///   - options: which sources, and where they are looked for.
  ///   - fallback: the sources where the person names none.
  ///   - enabled: the groups on demand that publishers are asked for.
  ///   - parts: whether only aggregates are shown; then published sources and CPUs get some.
  /// - Throws: `Failure` where a table that was named is not there, or `SystemError`.
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
    var named: [String] = []
    let findsTables = patterns.contains { $0.mayMatch(below: "app") }
    if findsTables || !paths.isEmpty {
      var tableOptions = findsTables ? options.tableInput : .withoutDirectories
      tableOptions.enabled = enabled.map(\.pattern)
      let tables = try TableInput(tree, options: tableOptions)
      // Of a table that is named all is looked at.
      named = try paths.map { try tables.attach($0) }
      tables.watched = Pattern(anyOf: patterns + named.map { Pattern(below: $0) })
      self.tables = tables
      pattern = tables.watched
    } else {
      tables = nil
      pattern = Pattern(anyOf: patterns)
    }
    // Control groups are the sources of sums over VMs.
    kvm =
      pattern.mayMatch(below: "kvm") || pattern.mayMatch(below: "cgroup")
      ? try KVMInput(tree, roots: roots, options: options.input) : nil
    if let unknown = kvm?.unknownEvents.first {
      if let refusal = unknown.refusal {
        throw Failure(
          status: .notPermitted,
          text: "KVM's events cannot be named: \(refusal); root can read them")
      }
      throw Failure(
        status: .nothingThere,
        text: "no event of this kernel is called '\(unknown.text)'; there is "
          + unknown.near.joined(separator: ", ") + " and more")
    }
    // A library that was named is tried wherever it is.
    xenAbsence =
      pattern.mayMatch(below: "xen") && options.xenLibrary == nil
      ? ControlDomain.absence(roots) : nil
    xen =
      pattern.mayMatch(below: "xen") && xenAbsence == nil
      ? XenInput(
        tree, roots: roots, options: options.xenInput,
        names: try XenStoreClient(firstPatienceMilliseconds: 1000)) : nil
    plugins =
      pattern.mayMatch(below: "rrdd") ? RRDInput(tree, options: options.pluginInput) : nil
    host = pattern.mayMatch(below: "host") ? HostInput(roots: roots) : nil
    try host?.attach(to: tree)
    selection = Selection(
      sources: pattern, statistics: options.match?.pattern ?? .everything,
      viewer: options.owner?.viewer ?? .everybody, parts: parts, includesHidden: includesHidden)
    let sampler = Sampler(tree, selection)
    self.sampler = sampler
    if parts == .aggregates { added = AddedAggregates(tree) { sampler.shows($0) } }
    // What is bad from the beginning is said on its source.
    _ = plugins?.refresh()
    for event in refresh() {
      if case .remark(let text) = event { refusals.append(text) }
    }
    if options.patterns.isEmpty, !named.isEmpty { try requireOneOf(named) }
  }

  /// Fails where none of the tables that were named can be read.
  private func requireOneOf(_ named: [String]) throws {
    let sources = tree.sources(matching: Pattern(paths: Set(named)))
    var denials: [Failure] = []
    for source in sources {
      guard case .denied(let code) = source.status else { return }
      denials.append(
        Failure(
          status: source.status.isRefusal ? .notPermitted : .foundWrong,
          text: (source.remarks.first ?? errorText(code)).printable))
    }
    if let first = denials.first { throw first }
  }

  /// Brings the tree up to date: what a person should be told of it.
  func refresh() -> [ObservedEvent] {
    host?.refresh()
    let vms = kvm?.refresh().filter { isWatched($0.path) || isWatched("\($0.path)/vcpu0") }
    let domains = xen?.refresh().filter { isWatched($0.path) || isWatched("\($0.path)/vcpu0") }
    let publishers = tables?.refresh().filter { pattern.mayMatch(below: $0.path) }
    let files = plugins?.refresh().filter { pattern.mayMatch(below: $0.path) }
    do {
      try added?.follow()
    } catch {
      Console.warn("an aggregate is not shown: \(error)".printable)
    }
    return (vms ?? []).map(ObservedEvent.init) + (domains ?? []).map(ObservedEvent.init)
      + (publishers ?? []).map(ObservedEvent.init) + (files ?? []).map(ObservedEvent.init)
  }

  /// Waits until a time of CLOCK_MONOTONIC; a VM that ends meanwhile is let go of at once.
  func wait(until end: UInt64) {
    if let kvm {
      kvm.wait(until: end)
    } else if let tables {
      tables.wait(until: end)
    } else {
      let now = monotonicNanoseconds()
      if now < end { sleepNanoseconds(end - now) }
    }
  }

  /// A descriptor that has input when `wait` has something to do before its time; nil of none.
  var descriptor: CInt? { kvm?.descriptor }

  private func isWatched(_ path: String) -> Bool { pattern.matches(path) }

  /// The sources that were asked for, or a failure that says what to do.
  func requireSources(_ options: ObservationOptions) throws -> [Source] {
    let sources = tree.sources(
      matching: pattern, visibleTo: options.owner?.viewer ?? .everybody,
      includingHidden: includesHidden)
    if !sources.isEmpty { return sources }
    // What could not be read may be what was asked for.
    let bases = ["kvm", "xen"].filter { pattern.mayMatch(below: $0) }
      .compactMap { tree.root.child($0) }
    for base in bases {
      for remark in base.remarks { Console.warn("\(base.path): \(remark)".printable) }
    }
    if let asked = options.sources.first, bases.contains(where: { $0.status.isRefusal }) {
      throw Failure(
        status: .notPermitted,
        text: "it cannot be said whether '\(asked.text)' is there: what is above it may not be read"
      )
    }
    if let xenAbsence, options.sources.contains(where: { $0.text.hasPrefix("xen") }) {
      Console.warn(xenAbsence)
    }
    if let absence = plugins?.absence,
      options.sources.contains(where: { $0.text.hasPrefix("rrdd") })
    {
      Console.warn(absence.printable)
    }
    if let asked = options.sources.first {
      throw Failure(
        status: .nothingThere,
        text: "nothing matches '\(asked.text)'; 'vitals list' shows what is there")
    }
    throw Failure(
      status: .nothingThere,
      text: "no virtual machine runs on this host; 'vitals demo' makes some to look at")
  }

  /// Says which groups that were asked for are not there.
  func warnOfRefusals() {
    for refusal in refusals { Console.warn(refusal) }
    guard let tables, !enabled.isEmpty, tables.askedCount == 0, refusals.isEmpty else { return }
    let names = tables.namesOnDemand.joined(separator: ", ")
    Console.warn(
      "no group on demand matches '\(enabled.map(\.text).joined(separator: " "))'"
        + (names.isEmpty ? " now" : "; there is \(names)"))
  }
}
