internal import StatsFormats

/// A column of a text table.
public struct Column: Hashable, Sendable {
  public enum Alignment: Hashable, Sendable {
    case left
    case right
  }

  public let title: String
  public let alignment: Alignment
  /// The columns with the least go first where there is no room; of equal ones the right one.
  public let importance: Int

  public init(_ title: String, _ alignment: Alignment = .left, importance: Int = 0) {
    self.title = title
    self.alignment = alignment
    self.importance = importance
  }
}
