import Glibc
public import LinuxSystem
public import StatsTree

/// Why a QEMU monitor gave no statistics.
public enum QMPError: Error, Hashable, Sendable {
  /// The socket could not be reached.
  case system(SystemError)
  /// It took the connection and did not greet: another client holds it, or QEMU hangs.
  case held
  /// It greeted and did not answer in time.
  case late
  /// It ended the connection before it had answered.
  case closed
  /// What it sent is not QMP.
  case garbage(String)
  /// It sent a message that is longer than is credible.
  case oversize(limit: Int)
  /// It refused a command.
  case refused(command: String, errorClass: String, words: String)
  /// It answered, but has no KVM statistics: QEMU before 7.1, or a machine without KVM.
  case noStatistics
  /// The monitor was closed by its owner.
  case notOpen

  /// The status of the groups that the monitor does not fill.
  public var status: Status {
    switch self {
    case .held, .late, .closed: .stale(since: 0)
    case .system(let error): .denied(code: error.code)
    case .garbage: .denied(code: EBADMSG)
    case .oversize: .denied(code: EMSGSIZE)
    case .refused, .noStatistics: .denied(code: ENOTSUP)
    case .notOpen: .gone
    }
  }
}

extension QMPError {
  /// For a person: what is wrong with the monitor at `path`, and what would help.
  public func remark(_ path: String) -> String {
    let socket = "QMP socket \(path)"
    return switch self {
    case .held:
      """
      \(socket) answers nobody: another client holds it; give the VM a second -qmp socket, \
      or start it with QEMU 8.1 or later
      """
    case .late: "\(socket) did not answer in time; its last numbers are shown"
    case .closed: "\(socket) ended the connection before it had answered"
    case .garbage(let words): "\(socket) does not speak QMP: \(words)"
    case .oversize(let limit): "\(socket) sent a message of more than \(limit) bytes"
    case .system(let error) where error.code == EACCES:
      "\(socket) may not be opened by this user: use root or the user of the VM"
    case .system(let error): "\(socket): \(error)"
    case .refused(let command, let errorClass, let words):
      "\(socket) refused \(command): \(words) (\(errorClass))"
    case .noStatistics:
      "\(socket) has no KVM statistics: they need KVM and QEMU 7.1 or later"
    case .notOpen: "\(socket) is closed"
    }
  }
}
