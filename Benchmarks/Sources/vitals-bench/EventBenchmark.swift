import LinuxSystem

/// The cost of events for a guest: port writes with and without counters on its thread, in turns.
struct EventBenchmark {
  private static let blocks = 3
  private static let rounds = 20
  private static let exits = 500

  func run(_ report: inout Report) throws {
    let directory = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"].map { "\($0)/events/kvm" }
      .first { (try? directoryEntries($0)) != nil }
    guard let directory else { throw MissingRequirementError("tracefs is not readable") }
    func event(_ name: String, filter: String? = nil) -> PerfEvent? {
      let text = try? readText("\(directory)/\(name)/id").filter { $0 != "\n" }
      guard let id = text.flatMap({ UInt64($0) }) else { return nil }
      return PerfEvent(name, .tracepoint(id, filter: filter))
    }
    guard let port = event("kvm_pio"),
      let part = event("kvm_userspace_exit", filter: "reason==2")
    else { throw MissingRequirementError("no tracepoints of KVM") }
    let all = try directoryEntries(directory).compactMap { event($0) }
    let guest = try PortWriter()
    var failed = 0
    func write() { failed += guest.write(Self.exits) ? 0 : 1 }
    let variants: [(name: String, events: [PerfEvent])] = [
      ("no event", []), ("one tracepoint", [port]), ("one value of a tracepoint", [part]),
      ("all \(all.count) tracepoints of KVM", all),
      ("context-switches", [PerfEvent("context-switches", .software(3))]),
    ]
    // In blocks: the kernel needs milliseconds to close a tracepoint.
    var costs = variants.map { _ in Series() }
    for _ in 0..<Self.blocks {
      for (index, variant) in variants.enumerated() {
        let group = variant.events.isEmpty ? nil : try PerfEventGroup(variant.events, thread: 0)
        for _ in 0..<Self.rounds { costs[index].add(time(write)) }
        withExtendedLifetime(group) {}
      }
    }
    guard failed == 0 else { throw MissingRequirementError("the guest did not run") }
    let count = Double(Self.exits)
    let plain = costs[0].minimum / count
    for (index, variant) in variants.enumerated() {
      let cost = costs[index].minimum / count
      report.add(
        "an exit with \(variant.name)",
        duration(cost) + (index == 0 ? "" : ", \(fixed(cost / plain))x"))
    }
  }
}

/// A guest that writes to a port in a loop.
private final class PortWriter {
  private let vcpu: KVMVCPU
  private let vm: KVMVirtualMachine
  private let memory: Mapping

  init() throws {
    guard KVMVCPU.canStart else {
      throw MissingRequirementError("no guest program for this architecture")
    }
    vm = try KVMSystem().createVM()
    try vm.reserveTaskState(at: 0xfffb_d000)
    memory = try Mapping(anonymous: 1 << 16)
    // next: out dx, al; jmp next
    memory.store(bytes: [0xba, 0xf8, 0x03, 0xee, 0xeb, 0xfd], at: 0x1000)
    try vm.setMemory(memory)
    vcpu = try vm.createVCPU(0)
    try vcpu.setStart(KVMVCPU.Start(instruction: 0x1000, stack: 0x2000))
  }

  func write(_ count: Int) -> Bool {
    for _ in 0..<count {
      guard (try? vcpu.enter()) == .portIO else { return false }
    }
    return true
  }
}
