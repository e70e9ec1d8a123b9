import Glibc
import LinuxSystem
import StatsInput
import StatsTree

/// Counts events of the vCPUs' threads (perf_event_open(2)), if the user selected events.
///
/// The method needs CAP_PERFMON, and only root can list tracepoints. The input must call this
/// method after `ThreadScheduleMethod`, because `ThreadScheduleMethod` finds the threads.
final class ThreadEventMethod: AccessMethod {
  static let summary = AccessMethodSummary(
    name: nil, provenance: .perf,
    requirement: "CAP_PERFMON, and events selected with --events")

  private struct State {
    var tokens: [Int] = []
    /// The vCPUs whose counters this method has tried to open.
    var counted: Set<Int> = []
  }

  private let sources: VMSources
  private let roots: SystemRoots
  private let patterns: [KVMInput.EventPattern]
  private lazy var catalog = EventCatalog(roots: roots)
  /// The selected counters that this kernel supports; `nil` until there is a vCPU.
  private var selected: SelectedEvents?
  private var states: [VirtualMachine: State] = [:]

  init(_ sources: VMSources, roots: SystemRoots, patterns: [KVMInput.EventPattern]) {
    self.sources = sources
    self.roots = roots
    self.patterns = patterns
  }

  func acquire(_ guests: [HostedVM]) {
    guard !patterns.isEmpty else { return }
    for guest in guests where guest.vm.mayLackGroups {
      for (vcpu, thread) in guest.vm.threads.sorted(by: { $0.key < $1.key })
      where states[guest.vm, default: State()].counted.insert(vcpu).inserted {
        attach(thread, vcpu, of: guest)
      }
    }
  }

  func release(_ guest: HostedVM) {
    for token in states.removeValue(forKey: guest.vm)?.tokens ?? [] {
      selected?.backing.close(token)
    }
  }

  private func attach(_ thread: Int32, _ vcpu: Int, of guest: HostedVM) {
    let vm = guest.vm
    guard let source = vm.vcpus[vcpu] else { return }
    let selected = select()
    for group in selected.groups {
      do throws(SystemError) {
        let token = try selected.backing.open(
          group.events, process: guest.pid, thread: thread)
        states[vm, default: State()].tokens.append(token)
        sources.attach(
          AcquiredGroup(
            name: group.name, schema: group.schema, backing: selected.backing, token: token,
            provenance: .perf),
          to: source, of: vm)
      } catch {
        // The thread has ended. The other groups of its vCPU report this end.
        if error.code == ENOENT || error.code == ESRCH { continue }
        source.diagnose(.events, "events: \(error)\(error.remedy)")
      }
    }
  }

  // MARK: - Selection

  /// The selected patterns that match no event of this kernel.
  var unknownEvents: [KVMInput.UnknownEvent] {
    guard !patterns.isEmpty else { return [] }
    return patterns.filter { catalog.entries(matching: $0.pattern, $0.text).isEmpty }
      .map { pattern in
        let words = pattern.text.filter { $0 != "*" && $0 != "?" }.split(separator: ":")
        let names = catalog.entries.map(\.event.name)
        let near = names.filter { name in words.contains { name.contains($0) } }
        return KVMInput.UnknownEvent(
          text: pattern.text, near: Array((near.isEmpty ? names : near).prefix(4)),
          tracepointError: catalog.tracepointError)
      }
  }

  /// Returns the selected counters that this kernel supports.
  ///
  /// The first call tests the counters by opening them on this thread. A counter that cannot be
  /// opened becomes a diagnostic.
  private func select() -> SelectedEvents {
    if let selected { return selected }
    if let error = catalog.tracepointError {
      sources.base.diagnose(.events, "events: \(error); root can read them")
    }
    let entries = supportedEntries()
    for event in EventSelfTest.silent(of: entries.map(\.event)) {
      sources.base.diagnose(
        .events,
        "events: \(event.name) does not fire on this kernel: a test guest was left "
          + "\(EventSelfTest.exits) times, and it counted none")
    }
    let parts = [
      ("events", entries.filter { !$0.isHardware }), ("counters", entries.filter(\.isHardware)),
    ]
    let groups = parts.filter { !$0.1.isEmpty }.map { name, entries in
      SelectedEvents.Group(
        name: name, events: entries.map(\.event), schema: ThreadEventBacking.schema(entries))
    }
    let made = SelectedEvents(ThreadEventBacking(roots: roots), groups)
    selected = made
    return made
  }

  /// Returns the selected counters that this thread can open, without repetitions.
  private func supportedEntries() -> [EventCatalog.Entry] {
    var entries: [EventCatalog.Entry] = []
    // Test only one tracepoint, and use the result for all tracepoints, because the kernel needs
    // milliseconds to close a tracepoint.
    var tracepointsWork: Bool?
    func isSupported(_ event: PerfEvent) -> Bool {
      guard case .tracepoint = event.source else { return canCount(event) }
      let works = tracepointsWork ?? canCount(event)
      tracepointsWork = works
      return works
    }
    for pattern in patterns {
      for entry in catalog.entries(matching: pattern.pattern, pattern.text)
      where !entries.contains(where: { $0.event == entry.event }) {
        if isSupported(entry.event) { entries.append(entry) }
      }
    }
    return entries
  }

  private func canCount(_ event: PerfEvent) -> Bool {
    do throws(SystemError) {
      _ = try PerfEventGroup([event], thread: 0)
      return true
    } catch {
      let remedy =
        switch error.code {
        case EACCES, EPERM: "; it takes CAP_PERFMON (root has it)"
        case ENOENT, EOPNOTSUPP, ENODEV: ": this machine has no such counter"
        default: error.remedy
        }
      sources.base.diagnose(.events, "events: \(error)\(remedy)")
      return false
    }
  }
}
