/// The program that the vCPUs of a guest run.
///
/// Each program consists of a few instructions of 16-bit x86 code and causes real work in the
/// host's KVM. The figures below were measured on a PVM-based KVM of Linux 6.18.
public enum Payload: Hashable, Sendable {
  /// Writes to an I/O port in a loop, with one exit to the VMM per write.
  ///
  /// Each write adds 1 to `fpu_reload` and `exits`. On Intel and AMD hosts, it also adds 1 to
  /// `io_exits`.
  case portIO
  /// Stores to an address without memory in a loop, with one exit to the VMM per store.
  ///
  /// Each store adds 1 to `mmio_exits`, `fpu_reload` and `exits`.
  case mmio
  /// Halts in a loop. The timer of the vCPU's local interrupt controller ends each halt.
  ///
  /// Each halt increases `halt_exits`, `halt_wakeup`, `halt_wait_ns`, `halt_wait_hist` and
  /// `irq_injections`; `blocking` is nearly always 1. At a pace of 20,000 halts per second, KVM
  /// polls before it blocks. `halt_successful_poll`, `halt_poll_success_ns` and its histogram then
  /// increase instead of the wait statistics. At 5,000 halts per second some polls fail, so that
  /// `halt_poll_fail_ns` and its histogram increase, too.
  case haltTimer
  /// Halts forever with interrupts disabled, so that `halt_exits` is 1 and `blocking` stays 1.
  case idle
  /// Writes to an I/O port exactly `exits` times; then the vCPU does not enter the guest again.
  ///
  /// The statistics do not change after the last write. `fpu_reload` is exactly `exits`, because
  /// `fpu_reload` counts returns from KVM_RUN. On Intel and AMD hosts `io_exits` is exactly
  /// `exits`, too; on a PVM-based KVM `io_exits` is 0 and `insn_emulation` is exactly twice
  /// `exits`. The statistic `exits` can be greater than the number of writes, because each
  /// preemption inside KVM_RUN adds one (about one preemption per 1,000 writes).
  case counted(exits: Int)
  /// Never enters the guest, so that all statistics are 0.
  ///
  /// A host can run a thousand of these vCPUs.
  case created
}

extension Payload: CustomStringConvertible, LosslessStringConvertible {
  /// Parses a command-line argument, such as `port-io` or `counted:1000`.
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
