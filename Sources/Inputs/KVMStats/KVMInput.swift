import Glibc
public import LinuxSystem
public import StatsInput
public import StatsTree

/// The virtual machines of this host as sources: `kvm/<vm>` and `kvm/<vm>/vcpuN`.
///
/// Discovers VMs by the kernel's uevents and by periodic scans, offers them to its access methods,
/// and releases a VM when its process ends. No call waits for a VMM longer than a deadline.
///
/// Not safe to use from several threads at once.
public final class KVMInput: Input {
  public static let root = InputRoot(
    "kvm", role: .vms, additionalPaths: [controlGroupRoot], memberRole: .vm, isDefault: true)
  /// The root of the sums over the VMs of each control group.
  static let controlGroupRoot = "cgroup"

  public static let accessMethods = [
    HandoverMethod.summary, StatsDescriptorMethod.summary, KernelReaderMethod.summary,
    MonitorMethod.summary, DebugfsMethod.summary, ThreadScheduleMethod.summary,
    ThreadEventMethod.summary, HostFilesMethod.summary,
  ]

  /// An access method that the user can select, in order of preference.
  public enum Method: String, CaseIterable, Sendable {
    case handover
    case pidfd
    case bpf
    case qmp
    case debugfs
  }

  public struct Options: Sendable {
    /// The access methods that may be used.
    public var methods: Set<Method> = Set(Method.allCases)
    /// The maximum time that a sample waits for all monitors together.
    public var monitorDeadlineMilliseconds = 100
    /// Monitor sockets that the user names, by the pid of their QEMU.
    public var monitors: [Int32: String] = [:]
    /// The interval of scans for VMs that no uevent announced.
    public var rescanSeconds: UInt64 = 10
    /// The counters of the vCPUs' threads to open.
    public var events: [EventPattern] = []

    public init() {}
  }

  let roots: SystemRoots
  let options: Options
  let sources: VMSources
  /// Reads the statistics descriptors of all access methods.
  let descriptors = StatsDescriptorBacking()
  /// All access methods in order of preference, then those that every host has.
  let methods: [any AccessMethod<HostedVM>]
  /// The access methods that also discover VMs, if they are selected.
  let handover: HandoverMethod?
  let kernelReader: KernelReaderMethod?
  let threadEvents: ThreadEventMethod
  var processes: [Int32: VMM] = [:]
  var events: [InputEvent] = []
  private let poller: Poller
  private let announcements: UEventSocket?
  /// Processes that announced a VM, and until when each refresh scans them.
  var announced: [Int32: UInt64] = [:]
  /// The time of the next scan of all processes, on CLOCK_MONOTONIC; 0 is now.
  var nextScan: UInt64 = 0
  /// The time of the next scan that reads the name of every descriptor.
  var nextThoroughScan: UInt64 = 0
  /// The number of open descriptors of each process at the last scan.
  var descriptorCounts: [Int32: Int] = [:]
  let isRealProc: Bool
  /// This process, which is no VMM to itself.
  let ownProcess: Int32

  /// The time after an announcement in which a VMM may open its vCPUs and their statistics.
  static let settlingTime: UInt64 = 500_000_000
  private static let announcementTime: UInt64 = 10_000_000_000
  private static let announcementToken: UInt64 = 0

  /// Subscribes to uevents; the first `refresh` adds the VMs that exist.
  public convenience init(
    _ tree: Tree, roots: SystemRoots = SystemRoots(), options: Options = Options()
  ) throws(SystemError) {
    try self.init(tree, roots: roots, options: options, ownProcess: getpid())
  }

  init(
    _ tree: Tree, roots: SystemRoots, options: Options, ownProcess: Int32
  ) throws(SystemError) {
    self.ownProcess = ownProcess
    self.roots = roots
    self.options = options
    isRealProc = isProcessFileSystem(roots.proc)
    let sources = VMSources(tree)
    self.sources = sources
    handover =
      options.methods.contains(.handover)
      ? HandoverMethod(sources, descriptors, directory: roots.handover) : nil
    kernelReader =
      options.methods.contains(.bpf) ? KernelReaderMethod(sources, roots: roots) : nil
    threadEvents = ThreadEventMethod(sources, roots: roots, patterns: options.events)
    var methods: [any AccessMethod<HostedVM>] = []
    if let handover { methods.append(handover) }
    if options.methods.contains(.pidfd) {
      methods.append(StatsDescriptorMethod(sources, descriptors))
    }
    if let kernelReader { methods.append(kernelReader) }
    if options.methods.contains(.qmp) {
      methods.append(MonitorMethod(sources, roots: roots, options: options))
    }
    if options.methods.contains(.debugfs) {
      methods.append(DebugfsMethod(sources, roots: roots))
    }
    methods.append(ThreadScheduleMethod(sources, roots: roots))
    methods.append(threadEvents)
    methods.append(HostFilesMethod(sources, roots: roots))
    self.methods = methods
    let poller = try Poller()
    do {
      let socket = try UEventSocket()
      try poller.add(socket.rawValue, token: Self.announcementToken)
      announcements = consume socket
    } catch {
      // Without the right, as in a container, only scans find VMs.
      announcements = nil
      sources.base.diagnose(
        .announcements,
        "no announcements of VMs, looking every \(options.rescanSeconds) s: \(error)")
    }
    self.poller = poller
  }

  /// Updates the tree without waiting.
  ///
  /// - Returns: The changes since the last call.
  public func refresh() -> [InputEvent] {
    // One call receives at most 64 events.
    while receiveEvents(timeoutMilliseconds: 0) {}
    let now = monotonicNanoseconds()
    if now >= nextScan {
      scanAll()
      nextScan = now + options.rescanSeconds * 1_000_000_000
    }
    for (pid, end) in announced {
      scan(pid)
      if let end = processes[pid]?.settlesAt, now >= end { processes[pid]?.settlesAt = nil }
      if now >= end { announced[pid] = nil }
    }
    acquire()
    defer { events = [] }
    return events
  }

  /// Becomes readable when a VM may have begun or ended; `wait` then processes the event.
  public var descriptor: CInt? { poller.rawValue }

  /// Waits until `end` on CLOCK_MONOTONIC and releases a VM as soon as its process ends.
  public func wait(until end: UInt64) {
    while true {
      let now = monotonicNanoseconds()
      guard now < end else { return }
      receiveEvents(timeoutMilliseconds: Int((end - now + 999_999) / 1_000_000))
    }
  }

  // MARK: - Access methods

  /// All VMs, ordered by the pid of their process.
  private var guests: [HostedVM] {
    processes.values.sorted { $0.info.pid < $1.info.pid }
      .flatMap { vmm in vmm.vms.map { HostedVM(vm: $0, vmm: vmm) } }
  }

  private func acquire() {
    let guests = guests
    for method in methods { method.acquire(guests) }
    for guest in guests { guest.vm.mayLackGroups = false }
  }

  /// Permits the access methods to repeat what failed.
  func retryAll() {
    for guest in guests {
      for method in methods { method.retry(guest) }
    }
  }

  // MARK: - Events

  /// Processes pending events.
  ///
  /// - Returns: `true` if a process with VMs ended.
  @discardableResult
  private func receiveEvents(timeoutMilliseconds: Int) -> Bool {
    var ended: [Int32] = []
    var hasAnnouncements = false
    try? poller.wait(timeoutMilliseconds: timeoutMilliseconds) { token in
      if token == Self.announcementToken {
        hasAnnouncements = true
      } else {
        ended.append(Int32(truncatingIfNeeded: token))
      }
    }
    for pid in ended { forget(pid) }
    if hasAnnouncements { receiveAnnouncements() }
    return !ended.isEmpty
  }

  private func receiveAnnouncements() {
    do {
      while let lines = try announcements?.next() {
        guard lines.contains("EVENT=create"), lines[0].hasSuffix("/misc/kvm"),
          let line = lines.first(where: { $0.hasPrefix("PID=") }),
          let pid = Int32(line.dropFirst(4)), pid != ownProcess
        else { continue }
        // A VMM opens its vCPUs and their statistics some time after the VM.
        announced[pid] = monotonicNanoseconds() + Self.announcementTime
      }
    } catch {
      // The kernel dropped announcements: scan all processes.
      nextScan = 0
      nextThoroughScan = 0
    }
  }

  // MARK: - Lifetime

  /// Watches a process for its end.
  func watch(_ vmm: VMM) throws(SystemError) {
    try poller.add(vmm.descriptor.rawValue, token: UInt64(vmm.info.pid))
  }

  /// Releases a process and its VMs.
  func forget(_ pid: Int32) {
    guard let vmm = processes.removeValue(forKey: pid) else { return }
    poller.remove(vmm.descriptor.rawValue)
    announced[pid] = nil
    for vm in vmm.vms { forget(vm, of: vmm) }
  }

  /// Releases a VM: the kernel keeps it in memory while a descriptor of it is open.
  func forget(_ vm: VirtualMachine, of vmm: VMM) {
    let guest = HostedVM(vm: vm, vmm: vmm)
    for method in methods { method.release(guest) }
    sources.remove(vm)
    events.append(
      .gone(
        path: vm.source.path, .process(guest.pid), reason: "process \(guest.pid) ended"))
  }
}
