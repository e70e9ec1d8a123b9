import CVitals

/// Which publisher a table is of: told apart from all others, also of a former boot.
public struct TableIdentity: Hashable, Sendable {
  /// Random: the same program, begun anew, has another one.
  public let instance: [UInt8]
  /// The boot in which it was made; its times are of that boot's clock.
  public let bootID: [UInt8]
  /// In the publisher's PID namespace.
  public let pid: UInt32
  /// The user whose process it was.
  public let owner: UInt32
  /// In nanoseconds of CLOCK_MONOTONIC.
  public let created: UInt64
  /// In nanoseconds of CLOCK_REALTIME; 0 where the publisher does not say.
  public let createdWall: UInt64
  /// The revision of the publisher's header.
  public let revision: UInt32

  /// The instance as 32 hexadecimal digits.
  public var instanceText: String {
    instance.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}

/// Whether a table's publisher runs.
public enum PublisherHealth: Hashable, Sendable {
  case live
  /// It has not said so for three of its intervals, since the time; it still has the table's lock.
  case stopped(since: UInt64)
  /// It ended without a word; the last sign of it was at the time, of CLOCK_MONOTONIC.
  case dead(since: UInt64)
  /// It ended the publication.
  case closed
  /// The table is of a boot before this one.
  case ofFormerBoot
}

/// A source of a table.
public struct TableSource: Hashable, Sendable {
  public let id: UInt64
  /// The path in the table; a name's bytes that cannot be in a path are written as `%` and two
  /// hexadecimal digits.
  public let path: String
  public let parent: UInt64
  public let keys: [String: String]
  public let labels: [String: String]
  public let created: UInt64
  public let owner: UInt32?
  public let status: TableStatus
  /// What its blocks take.
  public let byteCount: Int

  /// The last part of the path.
  public var name: String {
    // By scalars: a slash and a combining mark behind it are one character.
    path.unicodeScalars.split(separator: "/").last.map(String.init) ?? path
  }
}
