/// The location of a group's record in a snapshot.
public struct Placement: Hashable, Sendable {
  private let storedIndex: UInt32
  private let storedCount: UInt32
  /// The offset of the first word of the record.
  public let offset: Int
  /// The backing's identifier of the group.
  public let token: Int

  public init(index: Int, offset: Int, count: Int, token: Int) {
    storedIndex = UInt32(index)
    storedCount = UInt32(count)
    self.offset = offset
    self.token = token
  }

  /// The index of the group's window and status.
  public var index: Int { Int(storedIndex) }
  /// The number of words of the record.
  public var count: Int { Int(storedCount) }
}
