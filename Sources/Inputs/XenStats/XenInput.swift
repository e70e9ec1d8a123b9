public import LinuxSystem
public import StatsInput
public import StatsTree

/// Adds the domains of a Xen host to the tree: the sources `xen/<domain>`, `xen/<domain>/vcpuN` and
/// `xen/host`.
///
/// Each refresh lists the domains with one call to the hypervisor, and offers the domains to the
/// access methods. The input writes nothing to a domain and waits for no domain. Must not be used
/// from several threads at the same time.
public final class XenInput: Input {
  public static let root = InputRoot("xen", role: .domains, memberRole: .domain, isDefault: true)

  public static let accessMethods = [
    StatsTableMethod.summary, LibxenctrlMethod.summary, DomainTotalsMethod.summary,
  ]

  /// The access methods for vCPUs that the user can select, in order of preference.
  public enum Method: String, CaseIterable, Sendable {
    /// A statistics table that the hypervisor writes.
    case table
    /// The control interface of the hypervisor.
    case libxenctrl
  }

  public struct Options: Sendable {
    /// The access methods that are allowed for vCPUs.
    public var methods: Set<Method> = Set(Method.allCases)
    /// The name or path of the libxenctrl to load; `nil` selects the installed one.
    public var library: String?
    /// The interval of attempts at what no event announces: new names, and a library that was
    /// missing.
    public var rescanSeconds: UInt64 = 10

    public init() {}
  }

  let roots: SystemRoots
  let options: Options
  let sources: DomainSources
  let names: (any DomainNames)?
  private let tables: any DomainTables
  /// The open control interface; `nil` until a library was loaded successfully.
  private(set) var hypervisor: Hypervisor?
  /// The domains by domain id.
  var domains: [UInt32: Domain] = [:]
  /// Domains without a name, each with the time until which the domain is not shown.
  var unnamed: [UInt32: UInt64] = [:]
  var events: [InputEvent] = []
  /// Whether the domains that existed at the start have been listed.
  var hasListed = false
  private var nextScan: UInt64 = 0
  /// The time that a toolstack has to name a domain after creating the domain, in nanoseconds.
  static let namingTime: UInt64 = 1_000_000_000

  /// - Parameters:
  ///   - tree: The tree that gets the sources.
  ///   - roots: The mount points of the system's files.
  ///   - options: The choices of the user.
  ///   - names: Provides the names of domains. If it is `nil`, domains are named by their ids.
  ///   - tables: Maps the statistics tables of domains. If it is `nil`, the hypervisor's tables are
  ///     mapped.
  public init(
    _ tree: Tree, roots: SystemRoots = SystemRoots(), options: Options = Options(),
    names: (any DomainNames)? = nil, tables: (any DomainTables)? = nil
  ) {
    self.roots = roots
    self.options = options
    self.names = names
    self.tables = tables ?? PrivcmdTables(path: ControlDomain.privcmd(roots))
    sources = DomainSources(tree)
  }

  /// Updates the tree without waiting.
  ///
  /// - Returns: The changes since the last call.
  public func refresh() -> [InputEvent] {
    let now = monotonicNanoseconds()
    let isScan = now >= nextScan
    if isScan { nextScan = now + options.rescanSeconds * 1_000_000_000 }
    if hypervisor == nil, isScan { connect() }
    if let hypervisor {
      // The timeout of `names` starts at this time. Read the clock now, because loading the library
      // takes a while.
      let hasChanges = names?.refresh(now: monotonicNanoseconds()) ?? false
      update(hypervisor, at: now)
      let guests = domains.values.sorted { $0.number < $1.number }
      hypervisor.acquire(guests)
      if isScan || hasChanges { updateNames() }
      if isScan { hypervisor.verifyTables(of: guests) }
    }
    defer { events = [] }
    return events
  }

  /// Opens the control interface and attaches the groups of the host.
  private func connect() {
    let base = sources.base
    base.diagnostics = []
    do throws(XenControlError) {
      let control = try XenControl.open(
        options.library.map { [$0] } ?? XenControl.standardLibraries)
      hypervisor = Hypervisor(control, sources, tables: tables, selected: options.methods)
      base.status = .up
      base.labels["library"] = control.library
      if let version = control.version {
        base.labels["version"] = "\(version.major).\(version.minor)"
      }
      if !control.hasVCPUs {
        base.diagnose(.vcpus, "no values of vCPUs: \(control.library) has no xc_vcpu_getinfo")
      }
      attachHost(control)
    } catch {
      base.status = .denied(code: error.code)
      base.diagnose(.libxenctrl, "libxenctrl: \(error)\(Self.remedy(for: error))")
    }
  }

  /// Tells the user what to do about the error, as the end of a sentence.
  private static func remedy(for error: XenControlError) -> String {
    guard case .refused(_, let error) = error, error.call == "xc_interface_open" else { return "" }
    return "; run as root in dom0"
  }
}
