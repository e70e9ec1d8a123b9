public import LinuxSystem
public import StatsTree

/// The domains of a Xen host as sources: `xen/<domain>`, `xen/<domain>/vcpuN` and `xen/host`.
///
/// It lists them by one call of the hypervisor in each refresh, and gets at their numbers by the best
/// way that is open. Nothing is ever written to a domain, and nothing here waits for one. Not safe
/// to use from several threads at once.
public final class XenInput {
  /// A way to the numbers of vCPUs; the first that is open is taken.
  public enum Way: String, CaseIterable, Sendable {
    /// A statistics table that the hypervisor writes.
    case table
    /// The hypervisor's control interface.
    case libxenctrl
  }

  /// What the caller decides.
  public struct Options: Sendable {
    public var ways: Set<Way> = Set(Way.allCases)
    /// The libxenctrl to load, by name or path; nil takes the one that is installed.
    public var library: String?
    /// How often to look again for what is not announced: names, and a library that was not there.
    public var rescanSeconds: UInt64 = 10

    public init() {}
  }

  /// A change that a person is told.
  public enum Event: Hashable, Sendable {
    case appeared(path: String, domain: UInt32)
    case gone(path: String, domain: UInt32)
  }

  let tree: Tree
  let roots: SystemRoots
  let options: Options
  let base: Source
  /// What all domains are together.
  let all: AggregatedSource
  let names: (any DomainNames)?
  let tables: any DomainTables
  let tableRecords = DomainTableBacking()
  /// Whether it is known that this hypervisor has no tables at all.
  var hasNoTables = false
  /// How often tables were looked at again.
  var tableLooks = 0
  /// Nil until a library works.
  var hypervisor: Hypervisor?
  /// By their number.
  var domains: [UInt32: Domain] = [:]
  /// Domains without a name, and until when they are waited for.
  var unnamed: [UInt32: UInt64] = [:]
  var events: [Event] = []
  /// Whether the domains that were there at the beginning are known.
  var hasLooked = false
  private var nextScan: UInt64 = 0
  /// How long a toolstack may take to name a domain that it made.
  static let namingTime: UInt64 = 1_000_000_000

  /// - Parameters:
  ///   - tree: what gets the sources.
  ///   - roots: where the system's files are.
  ///   - options: what the caller decides.
  ///   - names: who knows what domains are called; without one they are called by their numbers.
  ///   - tables: where statistics tables are mapped from; nil is the hypervisor.
  public init(
    _ tree: Tree, roots: SystemRoots = SystemRoots(), options: Options = Options(),
    names: (any DomainNames)? = nil, tables: (any DomainTables)? = nil
  ) {
    self.tree = tree
    self.roots = roots
    self.options = options
    self.names = names
    self.tables = tables ?? PrivcmdTables(path: ControlDomain.privcmd(roots))
    base = tree.source("xen")
    all = AggregatedSource(base, in: tree)
  }

  /// Brings the tree up to date without waiting: what changed since the last call.
  public func refresh() -> [Event] {
    let now = monotonicNanoseconds()
    let isScan = now >= nextScan
    if isScan { nextScan = now + options.rescanSeconds * 1_000_000_000 }
    if hypervisor == nil, isScan { connect() }
    if let hypervisor {
      // Its deadline begins here: to load the library takes a while.
      let isHeard = names?.refresh(now: monotonicNanoseconds()) ?? false
      update(hypervisor, at: now)
      if isScan || isHeard { updateNames() }
      if isScan { checkTables(hypervisor) }
    }
    defer { events = [] }
    return events
  }

  /// Opens the control interface and attaches what is known of the machine.
  private func connect() {
    base.remarks = []
    do throws(XenControlError) {
      let control = try XenControl.open(
        options.library.map { [$0] } ?? XenControl.standardLibraries)
      let made = Hypervisor(control)
      hypervisor = made
      base.status = .up
      base.labels["library"] = control.library
      if let version = control.version {
        base.labels["version"] = "\(version.major).\(version.minor)"
      }
      if !control.hasVCPUs {
        base.remarks.append("no numbers of vCPUs: \(control.library) has no xc_vcpu_getinfo")
      }
      attachHost(control)
    } catch {
      base.status = .denied(code: error.code)
      base.remarks.append("libxenctrl: \(error)\(Self.remedy(for: error))")
    }
  }

  /// What a person can do about a failure.
  private static func remedy(for error: XenControlError) -> String {
    guard case .refused(_, let error) = error, error.call == "xc_interface_open" else { return "" }
    return "; run as root in dom0"
  }

  /// Says something for a person once.
  func remark(_ source: Source, _ text: String) {
    if !source.remarks.contains(text) { source.remarks.append(text) }
  }
}
