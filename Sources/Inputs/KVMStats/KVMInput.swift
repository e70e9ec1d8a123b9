import Glibc
public import LinuxSystem
public import StatsInput
public import StatsTree

/// Adds the virtual machines of this host to the tree as the sources `kvm/<vm>` and
/// `kvm/<vm>/vcpuN`.
///
/// Discovers VMs by the kernel's uevents and by periodic scans, offers the VMs to the access
/// methods, and releases a VM when its process ends. Whenever a call waits for a VMM, the wait has
/// a deadline.
///
/// Must not be used from several threads at the same time.
public final class KVMInput: Input {
  public static let root = InputRoot(
    "kvm", role: .vms, additionalPaths: [controlGroupRoot], memberRole: .vm, isDefault: true)
  /// The root of the sources of control groups, which contain sums over their VMs.
  static let controlGroupRoot = "cgroup"

  public static let accessMethods = [
    HandoverMethod.summary, StatsDescriptorMethod.summary, KernelReaderMethod.summary,
    MonitorMethod.summary, DebugfsMethod.summary, ThreadScheduleMethod.summary,
    ThreadEventMethod.summary, HostFilesMethod.summary,
  ]

  /// The access methods that the user can select, in order of preference.
  public enum Method: String, CaseIterable, Sendable {
    case handover
    case pidfd
    case bpf
    case qmp
    case debugfs
  }

  public struct Options: Sendable {
    /// The access methods that the input is allowed to use.
    public var methods: Set<Method> = Set(Method.allCases)
    /// The maximum time for which a sample waits for all monitors (QMP sockets) together.
    public var monitorDeadlineMilliseconds = 100
    /// The paths of monitor sockets that the user specifies, by the pid of their QEMU process.
    public var monitors: [Int32: String] = [:]
    /// The interval of scans of all processes, which find VMs that no uevent announced.
    public var rescanSeconds: UInt64 = 10
    /// The counters to open for the threads of vCPUs.
    public var events: [EventPattern] = []

    public init() {}
  }

  let roots: SystemRoots
  let options: Options
  let sources: VMSources
  /// Reads statistics descriptors of VMs for all access methods.
  let descriptors = StatsDescriptorBacking()
  /// The selected access methods in order of preference, then the methods that need no selection.
  let methods: [any AccessMethod<HostedVM>]
  /// An access method that also discovers VMs, as `kernelReader` does; `nil` if it is not selected.
  let handover: HandoverMethod?
  let kernelReader: KernelReaderMethod?
  let threadEvents: ThreadEventMethod
  var processes: [Int32: VMM] = [:]
  var events: [InputEvent] = []
  private let poller: Poller
  private let announcements: UEventSocket?
  /// For each process for which a uevent announced a VM, the time until which every refresh scans
  /// the process.
  var announced: [Int32: UInt64] = [:]
  /// The time of the next scan of all processes, on CLOCK_MONOTONIC; 0 means immediately.
  var nextScan: UInt64 = 0
  /// The time of the next scan that reads the name of every descriptor; 0 means immediately.
  var nextThoroughScan: UInt64 = 0
  /// The number of open descriptors of each process at the last scan.
  var descriptorCounts: [Int32: Int] = [:]
  let isRealProc: Bool
  /// The pid of this process, which the input does not treat as a VMM.
  let ownProcess: Int32

  /// The time, in nanoseconds, for which a VMM with an announced VM can still open its vCPUs and
  /// their statistics.
  static let settlingTime: UInt64 = 500_000_000
  private static let announcementTime: UInt64 = 10_000_000_000
  private static let announcementToken: UInt64 = 0

  /// Subscribes to uevents.
  ///
  /// The first `refresh` adds the VMs that already exist.
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
      // Without the right to receive uevents, for example in a container, only scans find VMs.
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
    // Repeat the call, because one call receives at most 64 events.
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

  /// A descriptor that is readable when a VM might have begun or ended.
  ///
  /// `wait` and `refresh` process the event.
  public var descriptor: CInt? { poller.rawValue }

  /// Waits until `end` on CLOCK_MONOTONIC.
  ///
  /// Meanwhile, releases each VM as soon as its process ends.
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

  /// Allows the access methods to repeat what failed.
  func retryAll() {
    for guest in guests {
      for method in methods { method.retry(guest) }
    }
  }

  // MARK: - Events

  /// Waits for events until the timeout, and processes them.
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
        // Scan the process for some time, because a VMM opens its vCPUs and their statistics after
        // the VM.
        announced[pid] = monotonicNanoseconds() + Self.announcementTime
      }
    } catch {
      // The kernel dropped announcements, so scan all processes.
      nextScan = 0
      nextThoroughScan = 0
    }
  }

  // MARK: - Lifetime

  /// Starts to watch for the end of a process.
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

  /// Releases a VM and its descriptors, because an open descriptor keeps the VM in the kernel's
  /// memory.
  func forget(_ vm: VirtualMachine, of vmm: VMM) {
    let guest = HostedVM(vm: vm, vmm: vmm)
    for method in methods { method.release(guest) }
    sources.remove(vm)
    events.append(
      .gone(
        path: vm.source.path, .process(guest.pid), reason: "process \(guest.pid) ended"))
  }
}
