internal import StatsFormats

/// A column of a text table.
public struct Column: Hashable, Sendable {
  public enum Alignment: Hashable, Sendable {
    case left
    case right
  }

  public let title: String
  public let alignment: Alignment
  /// The importance in a narrow table.
  ///
  /// The columns of lowest importance are dropped first, the rightmost of equal ones.
  public let importance: Int

  public init(_ title: String, _ alignment: Alignment = .left, importance: Int = 0) {
    self.title = title
    self.alignment = alignment
    self.importance = importance
  }
}
