/// The location of a group's record (its words) in a snapshot.
public struct Placement: Hashable, Sendable {
  private let storedIndex: UInt32
  private let storedCount: UInt32
  /// The index in the snapshot of the record's first word.
  public let offset: Int
  /// The ID by which the backing knows the group.
  public let token: Int

  public init(index: Int, offset: Int, count: Int, token: Int) {
    storedIndex = UInt32(index)
    storedCount = UInt32(count)
    self.offset = offset
    self.token = token
  }

  /// The index of the group's window and status in the snapshot.
  public var index: Int { Int(storedIndex) }
  /// The number of words in the record.
  public var count: Int { Int(storedCount) }
}
