/// Where the system's own files are: passed in, so that a test can bring its own.
public struct SystemRoots: Hashable, Sendable {
  /// Where proc(5) is mounted.
  public var proc: String
  /// Where sysfs(5) is mounted.
  public var sys: String
  /// Where device files are.
  public var dev: String
  /// Where VMMs put the sockets that they hand their descriptors over on.
  public var handover: String

  public init(
    proc: String = "/proc", sys: String = "/sys", dev: String = "/dev",
    handover: String = "/run/vitals/kvm"
  ) {
    self.proc = proc
    self.sys = sys
    self.dev = dev
    self.handover = handover
  }

  /// Where the kernel's debugging files are.
  public var debugfs: String { "\(sys)/kernel/debug" }

  /// The directory of a process.
  public func process(_ pid: Int32) -> String { "\(proc)/\(pid)" }
}
