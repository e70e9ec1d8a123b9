/// What the vCPUs of a guest do.
///
/// The programs are a few instructions of 16-bit x86 code, real work for the host's KVM. The
/// figures below were seen on a PVM-based KVM of Linux 6.18.
public enum Payload: Hashable, Sendable {
  /// Writes to an I/O port in a loop: one exit to the VMM for each.
  ///
  /// `fpu_reload` and `exits` rise by 1 for each, on Intel and AMD hosts also `io_exits`.
  case portIO
  /// Stores to an address without memory in a loop: one exit to the VMM for each.
  ///
  /// `mmio_exits`, `fpu_reload` and `exits` rise by 1 for each.
  case mmio
  /// Halts in a loop, woken each time by the timer of its own interrupt controller.
  ///
  /// `halt_exits`, `halt_wakeup`, `halt_wait_ns`, `halt_wait_hist` and `irq_injections` rise with
  /// each; `blocking` is 1 nearly always. At a pace of 20,000 per second KVM polls before it
  /// blocks, and `halt_successful_poll`, `halt_poll_success_ns` and their histogram rise instead
  /// of the wait; at 5,000 some polls fail and `halt_poll_fail_ns` and its histogram rise, too.
  case haltTimer
  /// Halts with interrupts off, for ever: `halt_exits` is 1, `blocking` stays 1.
  case idle
  /// Writes to an I/O port exactly so many times, then leaves the guest for good.
  ///
  /// After that nothing of the vCPU changes. The statistic `fpu_reload` is then this number
  /// exactly: it counts returns from KVM_RUN; on Intel and AMD hosts so is `io_exits`, which a
  /// PVM-based KVM leaves at 0. There `insn_emulation` is exactly twice the number. The statistic
  /// `exits` is at least the number: each preemption inside of KVM_RUN adds one, about 1 in 1,000.
  case counted(exits: Int)
  /// Never enters the guest: all statistics are 0. Cheap enough to have a thousand of them.
  case created
}

extension Payload: CustomStringConvertible, LosslessStringConvertible {
  /// The payload of a command-line argument, such as `port-io` or `counted:1000`.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    switch (parts.first, parts.count) {
    case ("port-io", 1): self = .portIO
    case ("mmio", 1): self = .mmio
    case ("halt-timer", 1): self = .haltTimer
    case ("idle", 1): self = .idle
    case ("created", 1): self = .created
    case ("counted", 2):
      guard let exits = Int(parts[1]), exits >= 0 else { return nil }
      self = .counted(exits: exits)
    default: return nil
    }
  }

  public var description: String {
    switch self {
    case .portIO: "port-io"
    case .mmio: "mmio"
    case .haltTimer: "halt-timer"
    case .idle: "idle"
    case .counted(let exits): "counted:\(exits)"
    case .created: "created"
    }
  }
}
