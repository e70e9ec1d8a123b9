import CLinux
import Glibc

/// A vCPU of KVM.
///
/// One thread runs it; any thread may request an exit from the guest.
public struct KVMVCPU: ~Copyable, Sendable {
  /// The reason why a vCPU returned to its VMM.
  public enum Exit: Hashable, Sendable {
    case portIO
    case mmio
    case halted
    /// A signal or `requestExit()` interrupted the run.
    case interrupted
    /// Another reason (KVM_EXIT_*).
    case other(UInt32)
  }

  /// The initial state of a 16-bit guest; code and stack segments begin at address 0.
  public struct Start: Hashable, Sendable {
    public var instruction: UInt64
    public var stack: UInt64
    /// The start of the data segment; real mode permits a multiple of 16 below 1 MiB.
    public var dataBase: UInt64 = 0
    /// The start of the extra segment: any address, so that a guest without paging can access
    /// devices.
    public var extraBase: UInt64 = 0

    public init(instruction: UInt64, stack: UInt64) {
      self.instruction = instruction
      self.stack = stack
    }
  }

  /// The number of the vCPU in its VM.
  public let index: Int
  private let descriptor: Descriptor
  private let run: Mapping

  /// The descriptor number; this value keeps its ownership.
  public var rawValue: CInt { descriptor.rawValue }

  init(descriptor: consuming Descriptor, mappingSize: Int, index: Int) throws(SystemError) {
    run = try Mapping(of: descriptor, byteCount: mappingSize, for: .readWrite)
    self.descriptor = descriptor
    self.index = index
  }

  private var name: String { "vCPU \(index)" }

  /// Whether `setStart(_:)` supports this architecture.
  public static var canStart: Bool {
    #if arch(x86_64)
    true
    #else
    false
    #endif
  }

  /// Sets the registers (KVM_SET_SREGS, KVM_SET_REGS).
  ///
  /// - Throws: `ENOTSUP` if the architecture is not x86-64.
  public func setStart(_ start: Start) throws(SystemError) {
    #if arch(x86_64)
    var segments = kvm_sregs()
    try control(descriptor, CLINUX_KVM_GET_SREGS, &segments, call: "KVM_GET_SREGS", on: name)
    segments.cs.base = 0
    segments.cs.selector = 0
    segments.ds.base = start.dataBase
    segments.ds.selector = UInt16(truncatingIfNeeded: start.dataBase >> 4)
    segments.es.base = start.extraBase
    segments.es.selector = 0
    try control(descriptor, CLINUX_KVM_SET_SREGS, &segments, call: "KVM_SET_SREGS", on: name)
    var registers = kvm_regs()
    registers.rip = start.instruction
    registers.rsp = start.stack
    // Bit 1 is always set; interrupts are disabled.
    registers.rflags = 2
    try control(descriptor, CLINUX_KVM_SET_REGS, &registers, call: "KVM_SET_REGS", on: name)
    #else
    throw SystemError(call: "KVM_SET_REGS", object: "\(name): not x86-64", code: ENOTSUP)
    #endif
  }

  /// Makes a vCPU runnable that would otherwise wait for a start-up interrupt (KVM_SET_MP_STATE).
  ///
  /// Required for all vCPUs except the first if the kernel emulates the interrupt controllers.
  public func makeRunnable() throws(SystemError) {
    var state = kvm_mp_state(mp_state: UInt32(KVM_MP_STATE_RUNNABLE))
    try control(descriptor, CLINUX_KVM_SET_MP_STATE, &state, call: "KVM_SET_MP_STATE", on: name)
  }

  /// Runs the guest until it needs its VMM (KVM_RUN).
  public func enter() throws(SystemError) -> Exit {
    guard clinux_ioctl(descriptor.rawValue, UInt32(CLINUX_KVM_RUN), 0) >= 0 else {
      if errno == EINTR || errno == EAGAIN { return .interrupted }
      throw SystemError(call: "KVM_RUN", on: name)
    }
    switch run.load(UInt32.self, at: Self.exitReasonOffset) {
    case UInt32(KVM_EXIT_IO): return .portIO
    case UInt32(KVM_EXIT_MMIO): return .mmio
    case UInt32(KVM_EXIT_HLT): return .halted
    case UInt32(KVM_EXIT_INTR): return .interrupted
    case let reason: return .other(reason)
    }
  }

  /// Makes `enter()` return immediately until `allowEntry()` is called.
  ///
  /// Any thread may call this. The caller then wakes the thread that is in `enter()`.
  public func requestExit() {
    run.publish(1, at: Self.immediateExitOffset)
  }

  /// Cancels `requestExit()`; only the thread that runs the vCPU may call this.
  public func allowEntry() {
    run.publish(0, at: Self.immediateExitOffset)
  }

  /// Creates a descriptor of the vCPU's statistics (KVM_GET_STATS_FD).
  ///
  /// Blocks while another thread is in `enter()`: KVM_RUN locks the vCPU's mutex.
  ///
  /// - Throws: `EIO` in a process other than the VM's.
  public func statsDescriptor() throws(SystemError) -> Descriptor {
    let number = try control(
      descriptor, CLINUX_KVM_GET_STATS_FD, 0, call: "KVM_GET_STATS_FD", on: name)
    return Descriptor(owning: number)
  }

  // The first fields of struct kvm_run, the same on every architecture.
  private static let immediateExitOffset = 1
  private static let exitReasonOffset = 8
}
