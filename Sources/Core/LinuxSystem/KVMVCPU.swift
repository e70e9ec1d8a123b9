import CLinux
import Glibc

/// A vCPU of KVM.
///
/// One thread runs the vCPU. Any thread is allowed to request an exit from the guest.
public struct KVMVCPU: ~Copyable, Sendable {
  /// The reason why a vCPU returned to its VMM.
  public enum Exit: Hashable, Sendable {
    case portIO
    case mmio
    case halted
    /// A signal or `requestExit()` interrupted the run.
    case interrupted
    /// Another reason, as a KVM_EXIT_* value.
    case other(UInt32)
  }

  /// The initial state of a 16-bit guest.
  ///
  /// The code segment and the stack segment begin at address 0.
  public struct Start: Hashable, Sendable {
    public var instruction: UInt64
    public var stack: UInt64
    /// The start address of the data segment.
    ///
    /// In real mode, the address must be a multiple of 16 below 1 MiB.
    public var dataBase: UInt64 = 0
    /// The start address of the extra segment.
    ///
    /// Any address is allowed, so that a guest without paging can access devices.
    public var extraBase: UInt64 = 0

    public init(instruction: UInt64, stack: UInt64) {
      self.instruction = instruction
      self.stack = stack
    }
  }

  /// The index of the vCPU in its VM.
  public let index: Int
  private let descriptor: Descriptor
  private let run: Mapping

  /// The number of the descriptor.
  ///
  /// The struct still owns the descriptor: do not close it.
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
    // Bit 1 is always set. Bit 9 is clear, so that interrupts are disabled.
    registers.rflags = 2
    try control(descriptor, CLINUX_KVM_SET_REGS, &registers, call: "KVM_SET_REGS", on: name)
    #else
    throw SystemError(call: "KVM_SET_REGS", object: "\(name): not x86-64", code: ENOTSUP)
    #endif
  }

  /// Makes the vCPU runnable, so that it does not wait for a start-up interrupt (KVM_SET_MP_STATE).
  ///
  /// If the kernel emulates the interrupt controllers, this is required for all vCPUs except the
  /// first.
  public func makeRunnable() throws(SystemError) {
    var state = kvm_mp_state(mp_state: UInt32(KVM_MP_STATE_RUNNABLE))
    try control(descriptor, CLINUX_KVM_SET_MP_STATE, &state, call: "KVM_SET_MP_STATE", on: name)
  }

  /// Runs the guest until the guest needs its VMM (KVM_RUN).
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
  /// Any thread is allowed to call this. After the call, the caller must wake the thread that is in
  /// `enter()`, with a signal.
  public func requestExit() {
    run.publish(1, at: Self.immediateExitOffset)
  }

  /// Cancels `requestExit()`.
  ///
  /// Only the thread that runs the vCPU is allowed to call this.
  public func allowEntry() {
    run.publish(0, at: Self.immediateExitOffset)
  }

  /// Creates a descriptor of the vCPU's statistics (KVM_GET_STATS_FD).
  ///
  /// This call blocks while another thread is in `enter()`, because KVM_RUN locks the vCPU's mutex.
  ///
  /// - Throws: `EIO` if another process created the VM.
  public func statsDescriptor() throws(SystemError) -> Descriptor {
    let number = try control(
      descriptor, CLINUX_KVM_GET_STATS_FD, 0, call: "KVM_GET_STATS_FD", on: name)
    return Descriptor(owning: number)
  }

  // The byte offsets of two fields of struct kvm_run. The offsets are the same on every
  // architecture.
  private static let immediateExitOffset = 1
  private static let exitReasonOffset = 8
}
