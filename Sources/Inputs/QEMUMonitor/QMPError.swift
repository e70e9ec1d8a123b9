import Glibc
public import LinuxSystem
public import StatsTree

/// The reason why a QEMU monitor provides no statistics.
public enum QMPError: Error, Hashable, Sendable {
  /// A system call on the socket failed.
  case system(SystemError)
  /// The monitor sent no greeting, because it serves another client or QEMU hangs.
  case noGreeting
  /// The monitor greeted but did not answer in time.
  case late
  /// The monitor closed the connection before it answered.
  case closed
  /// The monitor sent bytes that are not QMP.
  case garbage(String)
  /// The monitor sent a message that exceeds the limit in bytes.
  case oversize(limit: Int)
  /// A command failed.
  case refused(command: String, errorClass: String, text: String)
  /// The monitor has no KVM statistics, because QEMU is older than 7.1 or the VM does not use KVM.
  case noStatistics
  /// `close` was called for this monitor.
  case notOpen

  /// The status of groups for which the monitor has never provided values.
  public var status: Status {
    switch self {
    case .noGreeting, .late, .closed: .pending
    case .system(let error): .denied(code: error.code)
    case .garbage: .denied(code: EBADMSG)
    case .oversize: .denied(code: EMSGSIZE)
    case .refused, .noStatistics: .denied(code: ENOTSUP)
    case .notOpen: .gone
    }
  }
}

extension QMPError {
  /// Returns a text for the user: the error of the monitor at `path`, and what to do about it.
  public func diagnostic(_ path: String) -> String {
    let socket = "QMP socket '\(path)'"
    return switch self {
    case .noGreeting:
      """
      no greeting from \(socket): another client is connected (add a second -qmp socket to the \
      VM, or use QEMU 8.1 or later)
      """
    case .late: "\(socket) did not answer in time; showing its last values"
    case .closed: "\(socket) closed the connection before it answered"
    case .garbage(let text): "invalid data from \(socket): \(text)"
    case .oversize(let limit): "\(socket) sent a message of more than \(limit) bytes"
    case .system(let error) where error.code == EACCES:
      "cannot connect to \(socket): Permission denied (run as root or as the user of the VM)"
    case .system(let error): "\(socket): \(error)"
    case .refused(let command, let errorClass, let text):
      "\(command) failed on \(socket): \(text) (\(errorClass))"
    case .noStatistics:
      "\(socket) has no KVM statistics: KVM and QEMU 7.1 or later are required"
    case .notOpen: "\(socket) is closed"
    }
  }
}
