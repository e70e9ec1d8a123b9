/// Where a group's record lies in a snapshot.
public struct Placement: Hashable, Sendable {
  private let number: UInt32
  private let words: UInt32
  /// The first word of its record.
  public let offset: Int
  /// What the backing knows the group by.
  public let token: Int

  public init(index: Int, offset: Int, count: Int, token: Int) {
    number = UInt32(index)
    words = UInt32(count)
    self.offset = offset
    self.token = token
  }

  /// The position of the group's window and status.
  public var index: Int { Int(number) }
  /// The words of its record.
  public var count: Int { Int(words) }
}
