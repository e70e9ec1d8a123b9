import CVitals
import Statistics

/// Identifies a table's publisher.
///
/// Each restart and each boot gives a publisher a new identity.
public struct TableIdentity: Hashable, Sendable {
  /// Random bytes, which differ after a restart of the same program.
  public let instance: [UInt8]
  /// The id of the boot in which the table was created.
  ///
  /// Times of the table are valid only in it.
  public let bootID: [UInt8]
  /// The process id in the publisher's PID namespace.
  public let pid: UInt32
  /// The user id of the publisher's process.
  public let owner: UInt32
  /// The time of creation, in nanoseconds of CLOCK_MONOTONIC.
  public let created: UInt64
  /// The time of creation, in nanoseconds of CLOCK_REALTIME; 0 if the publisher does not state it.
  public let createdWall: UInt64
  /// The revision of the `vitals_table.h` that the publisher uses.
  public let revision: UInt32

  /// The bytes of `instance` as 32 hexadecimal digits.
  public var instanceText: String {
    instance.map { $0.hexadecimal(width: 2) }.joined()
  }
}

/// The state of a table's publisher.
public enum PublisherHealth: Hashable, Sendable {
  case live
  /// The last heartbeat is older than three intervals, but the publisher holds the table's lock.
  case stopped(since: UInt64)
  /// The publisher ended without closing the table; the last heartbeat was at the given time.
  case dead(since: UInt64)
  /// The publisher closed the table.
  case closed
  /// The table is from a previous boot.
  case previousBoot
}

/// Describes a source of a table.
public struct TableSource: Hashable, Sendable {
  public let id: UInt64
  /// The path in the table.
  ///
  /// Invalid bytes of a name are replaced by `%` and two hexadecimal digits.
  public let path: String
  public let parent: UInt64
  public let keys: [String: String]
  public let labels: [String: String]
  public let created: UInt64
  public let owner: UInt32?
  public let status: TableStatus
  /// The size of the source's blocks, including its labels, in bytes.
  public let byteCount: Int

  /// The last component of the path.
  public var name: String {
    // Split by scalars, because a slash and a following combining mark form one character.
    path.unicodeScalars.split(separator: "/").last.map(String.init) ?? path
  }
}
