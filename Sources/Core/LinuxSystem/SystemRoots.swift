/// The directories that contain the files of the system.
///
/// Tests replace these directories.
public struct SystemRoots: Hashable, Sendable {
  /// The mount point of proc(5).
  public var proc: String
  /// The mount point of sysfs(5).
  public var sys: String
  /// The directory of device files.
  public var dev: String
  /// The directory of the sockets through which VMMs send their statistics descriptors to Vitals.
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

  /// The mount point of debugfs.
  public var debugfs: String { "\(sys)/kernel/debug" }

  /// Returns the directory of a process in proc(5).
  public func process(_ pid: Int32) -> String { "\(proc)/\(pid)" }
}
