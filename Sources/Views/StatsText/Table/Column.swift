internal import StatsFormats

/// A column of a text table.
public struct Column: Hashable, Sendable {
  public enum Alignment: Hashable, Sendable {
    case left
    case right
  }

  public let title: String
  public let alignment: Alignment
  /// Decides which columns are dropped if the table is too wide.
  ///
  /// The column with the lowest importance is dropped first. Of columns with equal importance, the
  /// rightmost column is dropped first.
  public let importance: Int

  public init(_ title: String, _ alignment: Alignment = .left, importance: Int = 0) {
    self.title = title
    self.alignment = alignment
    self.importance = importance
  }
}
