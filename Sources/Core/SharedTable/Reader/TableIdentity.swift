import CVitals
import Statistics

/// The identity of a table's publisher, unique across restarts and boots.
public struct TableIdentity: Hashable, Sendable {
  /// Random; differs after a restart of the same program.
  public let instance: [UInt8]
  /// The id of the boot in which the table was created; its times are valid only in that boot.
  public let bootID: [UInt8]
  /// The process id in the publisher's PID namespace.
  public let pid: UInt32
  /// The user id of the process.
  public let owner: UInt32
  /// The time of creation, in nanoseconds of CLOCK_MONOTONIC.
  public let created: UInt64
  /// The time of creation, in nanoseconds of CLOCK_REALTIME; 0 if the publisher does not state it.
  public let createdWall: UInt64
  /// The revision of the publisher's header.
  public let revision: UInt32

  /// The instance as 32 hexadecimal digits.
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

/// A source of a table.
public struct TableSource: Hashable, Sendable {
  public let id: UInt64
  /// The path in the table; bytes that are invalid in a path are `%` and two hexadecimal digits.
  public let path: String
  public let parent: UInt64
  public let keys: [String: String]
  public let labels: [String: String]
  public let created: UInt64
  public let owner: UInt32?
  public let status: TableStatus
  /// The size of its blocks.
  public let byteCount: Int

  /// The last component of the path.
  public var name: String {
    // Split by scalars: a slash and a combining mark after it form one character.
    path.unicodeScalars.split(separator: "/").last.map(String.init) ?? path
  }
}
