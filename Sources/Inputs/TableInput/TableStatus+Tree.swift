import Glibc
import LinuxSystem
import SharedTable
import StatsTree

extension TableStatus {
  /// Converts the status to that of the tree.
  ///
  /// - Parameter now: The current time, in nanoseconds of CLOCK_MONOTONIC.
  /// - Returns: The status. If a stale status has no valid time, the result is stale since `now`. A
  ///   status of a later version is also stale since `now`: the values exist, but it is unknown
  ///   whether they are current.
  func treeStatus(at now: UInt64) -> Status {
    switch self {
    case .up: .up
    case .stale(let since): .stale(since: since == 0 ? now : min(since, now))
    case .denied(let code): .denied(code: code)
    case .gone: .gone
    case .unknown: .stale(since: now)
    }
  }
}

extension TableError {
  /// Whether the table does not exist: no process listens at the socket, or the path was removed.
  var isAbsence: Bool {
    guard case .system(let error) = self else { return false }
    return error.code == ECONNREFUSED || error.code == ENOENT
  }
}
