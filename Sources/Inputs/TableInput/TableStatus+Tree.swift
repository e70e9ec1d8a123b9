import Glibc
import LinuxSystem
import SharedTable
import StatsTree

extension TableStatus {
  /// The status as the tree has it; one of a later version is no reason to hide the numbers.
  var status: Status {
    switch self {
    case .up, .unknown: .up
    case .stale(let since): .stale(since: since)
    case .denied(let code): .denied(code: code)
    case .gone: .gone
    }
  }
}

extension TableError {
  /// The `errno` value that says the most of it.
  var errnoValue: Int32 {
    switch self {
    case .system(let error): error.code
    case .refused(_, let code): code
    case .silent: ETIMEDOUT
    case .untrusted: EACCES
    default: EINVAL
    }
  }

  /// Whether there is simply nothing: nobody listens, or the name went meanwhile.
  var isAbsence: Bool {
    guard case .system(let error) = self else { return false }
    return error.code == ECONNREFUSED || error.code == ENOENT
  }
}
