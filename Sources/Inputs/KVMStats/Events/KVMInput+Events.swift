import Glibc
import LinuxSystem
import Statistics
public import StatsTree

/// The counters that were asked for, as far as this kernel can keep them.
final class SelectedEvents {
  let backing: ThreadEventBacking
  /// The groups: tracepoints and counts of the kernel, then those of the processor.
  let groups: [(name: String, events: [PerfEvent], schema: Schema)]

  init(
    _ backing: ThreadEventBacking, _ groups: [(name: String, events: [PerfEvent], schema: Schema)]
  ) {
    self.backing = backing
    self.groups = groups
  }
}

extension KVMInput {
  /// Names counters of vCPUs' threads, all of which are off until they are asked for.
  public struct EventPattern: Sendable {
    public let text: String
    let pattern: Pattern

    /// - Throws: where the text is no glob.
    public init(_ text: String) throws(Pattern.Flaw) {
      self.text = text
      pattern = try Pattern(text)
    }
  }

  /// A pattern that names no event of this kernel.
  public struct UnknownEvent: Hashable, Sendable {
    public let text: String
    /// Some that are there.
    public let near: [String]
    /// Why KVM's own events cannot be named, where they cannot.
    public let refusal: String?
  }

  /// The patterns that name no event of this kernel.
  public var unknownEvents: [UnknownEvent] {
    guard !options.events.isEmpty else { return [] }
    let catalog = eventCatalog
    return options.events.filter { catalog.entries(matching: $0.pattern, $0.text).isEmpty }
      .map { pattern in
        let words = pattern.text.filter { $0 != "*" && $0 != "?" }.split(separator: ":")
        let names = catalog.entries.map(\.event.name)
        let near = names.filter { name in words.contains { name.contains($0) } }
        return UnknownEvent(
          text: pattern.text, near: Array((near.isEmpty ? names : near).prefix(4)),
          refusal: catalog.refusal)
      }
  }

  /// Chooses the counters, once: they are tried on this thread, and what cannot be is said.
  func chosenEvents() -> SelectedEvents? {
    if let chosen { return chosen }
    guard !options.events.isEmpty else { return nil }
    let catalog = eventCatalog
    if let refusal = catalog.refusal { remark(base, "events: \(refusal); root can read them") }
    var entries: [EventCatalog.Entry] = []
    // One stands for all tracepoints: to close it again takes the kernel milliseconds.
    var tracepointsWork: Bool?
    func works(_ event: PerfEvent) -> Bool {
      guard case .tracepoint = event.source else { return canCount(event) }
      let works = tracepointsWork ?? canCount(event)
      tracepointsWork = works
      return works
    }
    for pattern in options.events {
      for entry in catalog.entries(matching: pattern.pattern, pattern.text)
      where !entries.contains(where: { $0.event == entry.event }) {
        if works(entry.event) { entries.append(entry) }
      }
    }
    for event in EventSelfTest.silent(of: entries.map(\.event)) {
      remark(
        base,
        "events: \(event.name) does not fire on this kernel: a guest of ours was left "
          + "\(EventSelfTest.exits) times, and it counted none")
    }
    let parts = [
      ("events", entries.filter { !$0.isHardware }), ("counters", entries.filter(\.isHardware)),
    ]
    let made = SelectedEvents(
      ThreadEventBacking(roots: roots),
      parts.filter { !$0.1.isEmpty }.map {
        ($0.0, $0.1.map(\.event), ThreadEventBacking.schema($0.1))
      })
    chosen = made
    return made
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
        default: Self.remedy(for: error)
        }
      remark(base, "events: \(error)\(remedy)")
      return false
    }
  }

  /// Counts what was chosen of a vCPU's thread.
  func attachEvents(
    _ thread: Int32, _ vcpu: Int, _ vm: Machine, of process: VMM
  ) {
    guard let chosen = chosenEvents(), let source = vm.vcpus[vcpu],
      vm.counted.insert(vcpu).inserted
    else { return }
    for group in chosen.groups {
      do throws(SystemError) {
        let token = try chosen.backing.open(
          group.events, process: process.facts.pid, thread: thread)
        vm.holds.append(.events(token))
        attach(
          group.name, schema: group.schema, backing: chosen.backing, token: token,
          provenance: .perf, to: source, of: vm)
      } catch {
        // A thread that ended is noticed by the rest.
        if error.code == ENOENT || error.code == ESRCH { continue }
        remark(source, "events: \(error)\(Self.remedy(for: error))")
      }
    }
  }
}
