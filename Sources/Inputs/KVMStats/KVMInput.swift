import Glibc
import KVMKernelReader
import KVMStatsFormat
public import LinuxSystem
import ProcStats
import QEMUMonitor
public import StatsTree

/// The virtual machines of this host as sources: `kvm/<vm>` and `kvm/<vm>/vcpuN`.
///
/// It finds them by the kernel's announcements and by looking, gets at their numbers by the best
/// way that is open, and lets go of a VM the moment its process ends. Nothing here waits for a
/// VMM longer than its deadline. Not safe to use from several threads at once.
public final class KVMInput {
  /// A way to a VM's numbers; the first that is open is taken.
  public enum Rung: String, CaseIterable, Sendable {
    case handover
    case pidfd
    case bpf
    case qmp
    case debugfs
  }

  /// What the caller decides.
  public struct Options: Sendable {
    public var rungs: Set<Rung> = Set(Rung.allCases)
    /// How long a sample may wait for monitors, together.
    public var monitorDeadlineMilliseconds = 100
    /// Monitors that a person names, by the pid of their QEMU.
    public var monitors: [Int32: String] = [:]
    /// How often to look for VMs that nobody announced.
    public var rescanSeconds: UInt64 = 10
    /// The counters of vCPUs' threads that are kept; none costs anything that is not named.
    public var events: [EventPattern] = []

    public init() {}
  }

  /// A change that a person is told.
  public enum Event: Hashable, Sendable {
    case appeared(path: String, pid: Int32)
    case gone(path: String, pid: Int32)
  }

  let tree: Tree
  let roots: SystemRoots
  let options: Options
  let base: Source
  /// What all machines are together.
  let all: AggregatedSource
  /// The same of each control group, by the path of its source.
  var controlGroups: [String: AggregatedSource] = [:]
  let descriptors = StatsDescriptorBacking()
  let threads: ThreadScheduleBacking
  let memories: ProcessMemoryBacking
  let textFiles = TextFileBacking()
  let debugFiles = DebugfsBacking()
  let monitors: QMPBacking
  /// What reads the kernel by BPF, or why nothing does; nil before it is asked for.
  var kernel: Result<KernelReaderBacking, BPFUnavailableError>?
  /// The counters that can be named; read when they are asked for.
  lazy var eventCatalog = EventCatalog(roots: roots)
  /// The counters that are kept; nil before the first vCPU, and where none was asked for.
  var chosen: SelectedEvents?
  var schemas = SchemaCache()
  var processes: [Int32: VMM] = [:]
  var events: [Event] = []
  private let poller: Poller
  private let announcements: UEventSocket?
  /// Processes that announced a VM, and until when they are looked at in each refresh.
  var young: [Int32: UInt64] = [:]
  /// The handover sockets that said nothing when they were asked.
  var silentSockets: Set<String> = []
  private var nextScan: UInt64 = 0
  var nextThoroughScan: UInt64 = 0
  /// Of each process, its open descriptors at the last look.
  var descriptorCounts: [Int32: Int] = [:]
  let isRealProc: Bool
  /// How long a VMM that announced a VM may take to open its vCPUs and their statistics.
  static let settlingTime: UInt64 = 500_000_000
  /// The process that is no VMM to itself.
  let ownProcess: Int32
  /// The most remarks on one source.
  static let mostRemarks = 16
  static let moreRemarks = "there is more that is not said here"
  private static let announcementToken: UInt64 = 0

  /// Begins to watch; the VMs that are there come with the first `refresh`.
  public convenience init(
    _ tree: Tree, roots: SystemRoots = SystemRoots(), options: Options = Options()
  ) throws(SystemError) {
    try self.init(tree, roots: roots, options: options, ownProcess: getpid())
  }

  init(
    _ tree: Tree, roots: SystemRoots, options: Options, ownProcess: Int32
  ) throws(SystemError) {
    self.ownProcess = ownProcess
    self.tree = tree
    self.roots = roots
    self.options = options
    isRealProc = isProcessFileSystem(roots.proc)
    base = tree.source("kvm")
    all = AggregatedSource(base, in: tree)
    threads = ThreadScheduleBacking(roots: roots)
    memories = ProcessMemoryBacking(roots: roots)
    monitors = QMPBacking(deadlineMilliseconds: options.monitorDeadlineMilliseconds)
    let poller = try Poller()
    do {
      let socket = try UEventSocket()
      try poller.add(socket.rawValue, token: Self.announcementToken)
      announcements = consume socket
    } catch {
      // A container without the right has only the rescan.
      announcements = nil
      base.remarks.append(
        "no announcements of VMs, looking every \(options.rescanSeconds) s: \(error)")
    }
    self.poller = poller
  }

  /// Brings the tree up to date without waiting: what changed since the last call.
  public func refresh() -> [Event] {
    // An epoll gives 64 at a time.
    while handle(timeoutMilliseconds: 0) {}
    let now = monotonicNanoseconds()
    if now >= nextScan {
      scanAll()
      nextScan = now + options.rescanSeconds * 1_000_000_000
    }
    for (pid, end) in young {
      scan(pid)
      settle(pid, now)
      if now >= end { young[pid] = nil }
    }
    acquireWhatIsMissing()
    defer { events = [] }
    return events
  }

  /// Lets a process that has had its time be read by what it has.
  private func settle(_ pid: Int32, _ now: UInt64) {
    guard let process = processes[pid], let end = process.settlesAt, now >= end else { return }
    process.settlesAt = nil
    for vm in process.vms { vm.mayTryAgain() }
  }

  /// A descriptor that has input when a VM may have begun or ended: then `wait` takes it.
  public var descriptor: CInt { poller.rawValue }

  /// Waits until a time of CLOCK_MONOTONIC; a VM that ends meanwhile is let go of at once.
  public func wait(until end: UInt64) {
    while true {
      let now = monotonicNanoseconds()
      guard now < end else { return }
      handle(timeoutMilliseconds: Int((end - now + 999_999) / 1_000_000))
    }
  }

  /// Takes what is announced: whether a process ended.
  @discardableResult
  private func handle(timeoutMilliseconds: Int) -> Bool {
    var ended: [Int32] = []
    var announced = false
    try? poller.wait(timeoutMilliseconds: timeoutMilliseconds) { token in
      if token == Self.announcementToken {
        announced = true
      } else {
        ended.append(Int32(truncatingIfNeeded: token))
      }
    }
    for pid in ended { forget(pid) }
    if announced { readAnnouncements() }
    return !ended.isEmpty
  }

  private func readAnnouncements() {
    do {
      while let lines = try announcements?.next() {
        guard lines.contains("EVENT=create"), lines[0].hasSuffix("/misc/kvm"),
          let pid = lines.first(where: { $0.hasPrefix("PID=") }).flatMap({ Int32($0.dropFirst(4)) }
          ),
          pid != ownProcess
        else { continue }
        // A VMM opens its vCPUs and their statistics some time after the VM.
        young[pid] = monotonicNanoseconds() + 10_000_000_000
      }
    } catch {
      // Announcements were lost: look for all.
      nextScan = 0
      nextThoroughScan = 0
    }
  }

  /// Watches a process for its end.
  func watch(_ process: VMM) throws(SystemError) {
    try poller.add(process.descriptor.rawValue, token: UInt64(process.facts.pid))
  }

  /// Lets go of all that is held for a process: the kernel keeps a VM while a descriptor is open.
  func forget(_ pid: Int32) {
    guard let process = processes.removeValue(forKey: pid) else { return }
    poller.remove(process.descriptor.rawValue)
    young[pid] = nil
    for vm in process.vms { forget(vm, of: pid) }
  }

  func forget(_ vm: Machine, of pid: Int32) {
    for hold in vm.holds {
      switch hold {
      case .descriptor(let token): descriptors.close(token)
      case .thread(let token): threads.close(token)
      case .memory(let token): memories.close(token)
      case .textFile(let token): textFiles.close(token)
      case .debugFiles(let token): debugFiles.close(token)
      case .kernelRecord(let token): if case .success(let records) = kernel { records.close(token) }
      case .monitor(let monitor): monitors.close(monitor)
      case .events(let token): chosen?.backing.close(token)
      }
    }
    vm.source.visit { $0.status = .gone }
    tree.remove(vm.source)
    removeEmptyControlGroups()
    events.append(.gone(path: vm.source.path, pid: pid))
  }
}
