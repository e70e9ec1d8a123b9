import Glibc
import LinuxSystem
import SharedTable
import StatsTree

extension TableStatus {
  /// Converts the status to that of the tree.
  ///
  /// - Parameter now: The current time, in nanoseconds of CLOCK_MONOTONIC.
  /// - Returns: The status. A stale status without a valid time is stale since `now`. So is a
  ///   status of a later version: its values exist, but whether they are current is unknown.
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
  /// Whether the table does not exist: no process listens, or the path was removed meanwhile.
  var isAbsence: Bool {
    guard case .system(let error) = self else { return false }
    return error.code == ECONNREFUSED || error.code == ENOENT
  }
}
