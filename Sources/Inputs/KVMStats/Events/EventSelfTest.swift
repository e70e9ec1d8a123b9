import Glibc
import LinuxSystem

/// Runs a guest that exits a known number of times, to find the events that this kernel does not
/// count.
struct EventSelfTest {
  /// The number of exits of the guest.
  static let exits = 64
  /// The events that fire at every exit, according to KVM's documentation of the events.
  static let passedByEveryExit: Set = ["kvm_entry", "kvm_exit"]

  /// Returns the events that should have counted every exit but counted none; empty if no guest can
  /// run.
  static func silent(of events: [PerfEvent]) -> [PerfEvent] {
    let wanted = events.filter { passedByEveryExit.contains($0.name) }
    guard !wanted.isEmpty, KVMVCPU.canStart, let counts = try? counts(of: wanted) else {
      return []
    }
    return zip(wanted, counts).filter { $0.1 == 0 }.map(\.0)
  }

  /// Counts events of this thread while the thread runs a guest that writes to an I/O port `exits`
  /// times.
  static func counts(of events: [PerfEvent]) throws(SystemError) -> [UInt64] {
    let vm = try KVMSystem().createVM()
    try vm.reserveTaskState(at: 0xfffb_d000)
    let memory = try Mapping(anonymous: 1 << 16)
    // mov dx, 0x3f8; next: out dx, al; jmp next
    memory.store(bytes: [0xba, 0xf8, 0x03, 0xee, 0xeb, 0xfd], at: 0x1000)
    try vm.setMemory(memory)
    let vcpu = try vm.createVCPU(0)
    try vcpu.setStart(KVMVCPU.Start(instruction: 0x1000, stack: 0x2000))
    let group = try PerfEventGroup(events, thread: 0)
    for _ in 0..<exits {
      guard try vcpu.enter() == .portIO else { break }
    }
    var words = [UInt64](repeating: 0, count: PerfEventGroup.wordCount(of: events.count))
    guard group.read(into: &words) == words.count else {
      throw SystemError(call: "read", object: "events", code: EIO)
    }
    return Array(words.dropFirst(3))
  }
}
