import Glibc
import LinuxSystem
import Statistics
import StatsTree

/// Lists the counters that this kernel offers for the thread of a vCPU, by name.
///
/// For example, `kvm_pio` counts how often the thread passes a tracepoint of KVM.
/// `kvm_userspace_exit:KVM_EXIT_IO` counts only those passes of a tracepoint for which a field has
/// the given value. The kernel counts `context-switches`. The CPU counts `cycles`, `cycles:guest`
/// and `cycles:host`.
struct EventCatalog: Sendable {
  /// A counter, and the statistic that contains its value.
  struct Entry: Sendable {
    let event: PerfEvent
    let statistic: Statistic

    var isHardware: Bool { if case .hardware = event.source { true } else { false } }
  }

  private(set) var entries: [Entry] = []
  /// The reason why the tracepoints of KVM cannot be listed; `nil` if the tracepoints are listed.
  private(set) var tracepointError: String?

  /// The ids of the kernel's counters in perf_event_open(2).
  ///
  /// `hardware` contains the ids of the CPU's counters.
  private static let software: [(name: String, number: UInt64)] = [
    ("task-clock", 1), ("page-faults", 2), ("context-switches", 3), ("cpu-migrations", 4),
    ("minor-faults", 5), ("major-faults", 6),
  ]
  private static let hardware: [(name: String, number: UInt64)] = [
    ("cycles", 0), ("instructions", 1), ("cache-references", 2), ("cache-misses", 3),
    ("branches", 4), ("branch-misses", 5),
  ]

  init(roots: SystemRoots) {
    let directories = ["\(roots.sys)/kernel/tracing", "\(roots.debugfs)/tracing"]
    var firstError: SystemError?
    for directory in directories where entries.isEmpty {
      do throws(SystemError) {
        try addTracepoints("\(directory)/events/kvm")
      } catch {
        if firstError == nil || error.code != ENOENT { firstError = error }
      }
    }
    if entries.isEmpty { tracepointError = firstError.map { "\($0)" } ?? "no events of KVM" }
    addOthers()
  }

  private mutating func addTracepoints(_ directory: String) throws(SystemError) {
    for name in try directoryEntries(directory).sorted() {
      guard let text = try? readText("\(directory)/\(name)/format"),
        let format = EventFormat(text)
      else { continue }
      add(
        name, .tracepoint(format.id, filter: nil), .cheap,
        "How often the thread passed tracepoint \(name).")
      for symbol in format.symbols {
        add(
          "\(name):\(symbol.name)",
          .tracepoint(format.id, filter: "\(symbol.field)==\(symbol.value)"), .heavy,
          "How often the thread passed tracepoint \(name) with \(symbol.field) \(symbol.name) "
            + "(\(symbol.value)).")
      }
    }
  }

  private mutating func addOthers() {
    for (name, number) in Self.software {
      let isTime = name == "task-clock"
      add(
        name, .software(number), .cheap,
        isTime ? "Time that the thread ran." : "The kernel's counter \(name) of the thread.",
        unit: isTime ? .seconds : .none, scale: isTime ? .nano : .one)
    }
    for (name, number) in Self.hardware {
      let scopes: [(String, PerfEvent.Scope, String)] = [
        ("", .all, ""), (":guest", .guest, " in the guest"), (":host", .host, " outside guests"),
      ]
      for (suffix, scope, words) in scopes {
        add(
          name + suffix, .hardware(number), .cheap,
          "The CPU's counter \(name) of the thread\(words); if counters are multiplexed, scaled by "
            + "the time in which it counted.", scope: scope,
          unit: name == "cycles" ? .cycles : .none)
      }
    }
  }

  private mutating func add(
    _ name: String, _ source: PerfEvent.Source, _ cost: Statistic.Cost, _ meaning: String,
    scope: PerfEvent.Scope = .all, unit: Unit = .none, scale: Scale = .one
  ) {
    entries.append(
      Entry(
        event: PerfEvent(name, source, scope: scope),
        statistic: Statistic(
          name, .cumulative, unit: unit, scale: scale, cost: cost, meaning: meaning)))
  }

  // MARK: - Selection

  /// Returns the counters that match a pattern.
  ///
  /// The name of a counter for one field value contains a colon. Such a counter matches only
  /// patterns that contain a colon.
  func entries(matching pattern: Pattern, _ text: String) -> [Entry] {
    let wantsParts = text.contains(":")
    return entries.filter {
      (wantsParts || !$0.event.name.contains(":")) && pattern.matches($0.event.name)
    }
  }
}
