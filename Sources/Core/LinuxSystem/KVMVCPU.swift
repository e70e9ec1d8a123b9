import CLinux
import Glibc

/// A vCPU of KVM.
///
/// One thread runs it; any thread may ask it to leave the guest.
public struct KVMVCPU: ~Copyable, Sendable {
  /// Why a vCPU came back to its VMM.
  public enum Exit: Hashable, Sendable {
    case portIO
    case mmio
    case halted
    /// A signal or `requestExit` ended the run.
    case interrupted
    /// The number of another reason (KVM_EXIT_*).
    case other(UInt32)
  }

  /// How a 16-bit guest starts: the code and stack segments are at address 0.
  public struct Start: Hashable, Sendable {
    public var instruction: UInt64
    public var stack: UInt64
    /// Where the data segment starts; real mode allows a multiple of 16 below 1 MiB.
    public var dataBase: UInt64 = 0
    /// Where the extra segment starts: anywhere, so that a guest without paging reaches devices.
    public var extraBase: UInt64 = 0

    public init(instruction: UInt64, stack: UInt64) {
      self.instruction = instruction
      self.stack = stack
    }
  }

  /// The vCPU's number in its machine.
  public let index: Int
  private let descriptor: Descriptor
  private let run: Mapping

  /// The descriptor's number; it stays owned by this value.
  public var rawValue: CInt { descriptor.rawValue }

  init(descriptor: consuming Descriptor, mappingSize: Int, index: Int) throws(SystemError) {
    run = try Mapping(of: descriptor, byteCount: mappingSize, for: .readWrite)
    self.descriptor = descriptor
    self.index = index
  }

  private var name: String { "vCPU \(index)" }

  /// Whether this build knows the registers of this architecture.
  public static var canStart: Bool {
    #if arch(x86_64)
    true
    #else
    false
    #endif
  }

  /// Sets the registers (KVM_SET_SREGS, KVM_SET_REGS).
  ///
  /// - Throws: `ENOTSUP` on another architecture than x86-64.
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
    // Bit 1 is always set; interrupts are off.
    registers.rflags = 2
    try control(descriptor, CLINUX_KVM_SET_REGS, &registers, call: "KVM_SET_REGS", on: name)
    #else
    throw SystemError(call: "KVM_SET_REGS", object: "\(name): not x86-64", code: ENOTSUP)
    #endif
  }

  /// Makes a vCPU ready that would wait for another one to start it (KVM_SET_MP_STATE).
  ///
  /// Needed for all but the first vCPU where the kernel emulates the interrupt controllers.
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

  /// Makes `enter` return at once from now on; the caller then wakes the thread that is in it.
  ///
  /// Any thread may call this.
  public func requestExit() {
    run.publish(1, at: Self.immediateExitOffset)
  }

  /// Takes `requestExit` back; called by the thread that runs the vCPU.
  public func allowEntry() {
    run.publish(0, at: Self.immediateExitOffset)
  }

  /// A new descriptor of the vCPU's statistics (KVM_GET_STATS_FD).
  ///
  /// Waits while another thread is in `enter`: the kernel holds the vCPU's mutex there.
  ///
  /// - Throws: `EIO` in another process than the machine's.
  public func statsDescriptor() throws(SystemError) -> Descriptor {
    let number = try control(
      descriptor, CLINUX_KVM_GET_STATS_FD, 0, call: "KVM_GET_STATS_FD", on: name)
    return Descriptor(owning: number)
  }

  // The first fields of struct kvm_run, the same on every architecture.
  private static let immediateExitOffset = 1
  private static let exitReasonOffset = 8
}
