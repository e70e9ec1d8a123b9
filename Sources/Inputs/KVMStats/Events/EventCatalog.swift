import Glibc
import LinuxSystem
import Statistics
import StatsTree

/// The counters that this kernel can keep of a vCPU's thread, by name.
///
/// `kvm_pio` is a tracepoint of KVM, `kvm_userspace_exit:KVM_EXIT_IO` the same where its field has that
/// value, `context-switches` is kept by the kernel, `cycles`, `cycles:guest` and `cycles:host` by the
/// processor.
struct EventCatalog: Sendable {
  /// A counter and what is said of it.
  struct Entry: Sendable {
    let event: PerfEvent
    let statistic: Statistic

    var isHardware: Bool { if case .hardware = event.source { true } else { false } }
  }

  private(set) var entries: [Entry] = []
  /// Why tracepoints cannot be named, where they cannot.
  private(set) var refusal: String?

  /// What perf_event_open(2) calls the counters of the kernel, and of the processor.
  private static let software: [(name: String, number: UInt64)] = [
    ("task-clock", 1), ("page-faults", 2), ("context-switches", 3), ("cpu-migrations", 4),
    ("minor-faults", 5), ("major-faults", 6),
  ]
  private static let hardware: [(name: String, number: UInt64)] = [
    ("cycles", 0), ("instructions", 1), ("cache-references", 2), ("cache-misses", 3),
    ("branches", 4), ("branch-misses", 5),
  ]

  init(roots: SystemRoots) {
    let places = ["\(roots.sys)/kernel/tracing", "\(roots.debugfs)/tracing"]
    var refused: SystemError?
    for place in places where entries.isEmpty {
      do throws(SystemError) {
        try addTracepoints("\(place)/events/kvm")
      } catch {
        if refused == nil || error.code != ENOENT { refused = error }
      }
    }
    if entries.isEmpty { refusal = refused.map { "\($0)" } ?? "no events of KVM" }
    addOthers()
  }

  private mutating func addTracepoints(_ directory: String) throws(SystemError) {
    for name in try directoryEntries(directory).sorted() {
      guard let text = try? readText("\(directory)/\(name)/format"),
        let format = EventFormat(text)
      else { continue }
      add(name, .tracepoint(format.id, filter: nil), .cheap, "Times it passed tracepoint \(name).")
      for symbol in format.symbols {
        add(
          "\(name):\(symbol.name)",
          .tracepoint(format.id, filter: "\(symbol.field)==\(symbol.value)"), .heavy,
          "Times it passed tracepoint \(name) with \(symbol.field) \(symbol.name) "
            + "(\(symbol.value)).")
      }
    }
  }

  private mutating func addOthers() {
    for (name, number) in Self.software {
      let isTime = name == "task-clock"
      add(
        name, .software(number), .cheap,
        isTime ? "Time that the thread ran." : "The kernel's count \(name) of the thread.",
        unit: isTime ? .seconds : .none, scale: isTime ? .nano : .one)
    }
    for (name, number) in Self.hardware {
      let scopes: [(String, PerfEvent.Scope, String)] = [
        ("", .all, ""), (":guest", .guest, " in the guest"), (":host", .host, " outside of guests"),
      ]
      for (suffix, scope, words) in scopes {
        add(
          name + suffix, .hardware(number), .cheap,
          "The processor's count \(name) of the thread\(words); where counters are shared, scaled by "
            + "the time that it was counted.", scope: scope,
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

  // MARK: - Choice

  /// The counters that a pattern names: parts of one, behind a colon, only where the pattern has a
  /// colon too.
  func entries(matching pattern: Pattern, _ text: String) -> [Entry] {
    let wantsParts = text.contains(":")
    return entries.filter {
      (wantsParts || !$0.event.name.contains(":")) && pattern.matches($0.event.name)
    }
  }
}
