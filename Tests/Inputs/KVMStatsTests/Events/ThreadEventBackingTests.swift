import CAllocations
import Glibc
import KVMGuests
import LinuxSystem
import Statistics
import StatsTree
import TestSupport
import Testing

@testable import KVMStats

/// Counters of threads, compared with a known number of exits.
@Suite(
  .serialized, .enabled(if: EventHost.isUsable, "no tracepoints of KVM or no usable /dev/kvm"),
  .timeLimit(.minutes(2)))
struct ThreadEventsTests {
  private func events(_ names: String...) throws -> [KVMInput.EventPattern] {
    try names.map { try KVMInput.EventPattern($0) }
  }

  private func entries(_ names: String...) throws -> [EventCatalog.Entry] {
    let catalog = EventCatalog(roots: SystemRoots())
    return try names.flatMap { catalog.entries(matching: try Pattern($0), $0) }
  }

  @Test(
    "A tracepoint counts every exit of a guest; one field value counts the exits with that value")
  func trial() throws {
    let chosen = try entries(
      "kvm_pio", "kvm_userspace_exit", "kvm_userspace_exit:KVM_EXIT_IO",
      "kvm_userspace_exit:KVM_EXIT_MMIO")
    #expect(chosen.count == 4)
    let counts = try EventSelfTest.counts(of: chosen.map(\.event))
    let exits = UInt64(EventSelfTest.exits)
    // The last exit completes at the next entry.
    #expect(counts == [exits, exits, exits, 0])
  }

  @Test("Field values of an event are selected only by a pattern with a colon")
  func choice() throws {
    let whole = try entries("kvm_userspace*")
    #expect(whole.map(\.event.name) == ["kvm_userspace_exit"])
    let parts = try entries("kvm_userspace_exit:*")
    #expect(parts.count > 10 && parts.allSatisfy { $0.statistic.cost == .heavy })
    #expect(try entries("nothing*").isEmpty)
  }

  @Test(
    "After the first two, a pass over counters of threads allocates nothing",
    .enabled(if: allocations_are_counted(), "a sanitizer has malloc"))
  func allocations() throws {
    let chosen = try entries("context-switches", "kvm_userspace_exit")
    let backing = ThreadEventBacking(roots: SystemRoots())
    let schema = ThreadEventBacking.schema(chosen)
    let members = try (0..<20).map { _ in
      (
        try backing.open(chosen.map(\.event), process: getpid(), thread: currentThread()), schema
      )
    }
    let probe = Probe(backing, members)
    for _ in 0..<3 { probe.sampler.pass() }
    allocations_reset()
    for _ in 0..<20 { probe.sampler.pass() }
    let count = allocations_count()
    #expect(count == 0)
    #expect(members.allSatisfy { probe.status($0.0) == .up })
  }

  @Test("The group of a vCPU counts the exits of its own thread")
  func guest() throws {
    let guests = try Guests(
      methods: [.pidfd], events: events("kvm_userspace_exit", "context-switches"))
    try guests.start(
      GuestProcessConfiguration(
        name: "busy", guest: GuestConfiguration(payload: .portIO, vcpus: 2)))
    _ = guests.input.refresh()
    let path = "kvm/busy/vcpu1"
    #expect(guests.group("events", of: path)?.provenance == .perf)
    guests.sampler.pass()
    func both() throws -> (UInt64, UInt64) {
      guests.sampler.pass()
      return (
        try #require(guests.value("kvm_userspace_exit", of: path, group: "events")),
        try #require(guests.value("fpu_reload", of: path))
      )
    }
    let (counted, exits) = try both()
    let isMoving = waits { ((try? both().1) ?? 0) > exits + 1_000 }
    #expect(isMoving)
    let (later, laterExits) = try both()
    let (grown, made) = (later - counted, laterExits - exits)
    // The two values are read one after the other while the guest runs.
    #expect(grown > 500 && grown.distance(to: made).magnitude <= made / 4, "\(grown) of \(made)")
    #expect(guests.group("vcpus.events", of: "kvm/busy") != nil)
  }

  @Test("A thread that has ended and a closed group are gone")
  func ends() throws {
    let backing = ThreadEventBacking(roots: SystemRoots())
    let chosen = try entries("task-clock", "context-switches")
    let end = Monitor(false)
    let number = Monitor<Int32>(0)
    let thread = try SystemThread(name: "counted") {
      number.update { $0 = currentThread() }
      end.wait(until: .max) { $0 }
    }
    #expect(number.wait(until: monotonicNanoseconds() + 5_000_000_000) { $0 != 0 })
    let token = try backing.open(
      chosen.map(\.event), process: getpid(), thread: number.read { $0 })
    let tree = Tree()
    let source = try tree.add("thread")
    try tree.attach(
      "events", schema: ThreadEventBacking.schema(chosen), backing: backing, token: token,
      provenance: .perf, to: source)
    let sampler = Sampler(tree)
    sampler.pass()
    let entry = try #require(sampler.plan.entries.first)
    #expect(sampler.status(of: entry) == .up)
    end.update { $0 = true }
    thread.join()
    let isGone = waits {
      sampler.pass()
      return sampler.status(of: entry) == .gone
    }
    #expect(isGone)
    backing.close(token)
    sampler.pass()
    #expect(sampler.status(of: entry) == .gone)
    // A second close has no effect.
    backing.close(token)
  }

  @Test("An unsupported event is a diagnostic, the others are counted")
  func refusals() throws {
    let guests = try Guests(methods: [.pidfd], events: events("cycles", "page-faults", "kvm_exit"))
    try guests.start(
      GuestProcessConfiguration(name: "plain", guest: GuestConfiguration(payload: .idle, vcpus: 1)))
    _ = guests.input.refresh()
    let texts = guests.source("kvm")?.diagnosticTexts ?? []
    let canCountCycles =
      (try? PerfEventGroup([PerfEvent("cycles", .hardware(0))], thread: 0)) != nil
    #expect(texts.contains { $0.contains("no such counter") } == !canCountCycles)
    let silent = EventSelfTest.silent(of: try entries("kvm_exit").map(\.event))
    #expect(
      texts.contains { $0.contains("kvm_exit does not fire on this kernel") } == !silent.isEmpty)
    #expect(guests.group("events", of: "kvm/plain/vcpu0")?.schema["page-faults"] != nil)
  }

  @Test("Unknown events are reported with similar events that exist")
  func unknown() throws {
    let input = try Guests(methods: [.pidfd], events: events("kvm_pio", "kvm_nothing", "pio:*"))
      .input
    let unknown = input.unknownEvents
    #expect(unknown.map(\.text) == ["kvm_nothing", "pio:*"])
    #expect(unknown.allSatisfy { !$0.near.isEmpty })
  }
}

enum EventHost {
  static var isUsable: Bool {
    let hasTracepoints = EventCatalog(roots: SystemRoots()).tracepointError == nil
    guard hasTracepoints, KVMVCPU.canStart else { return false }
    return (try? EventSelfTest.counts(of: [PerfEvent("task-clock", .software(1))])) != nil
  }
}
