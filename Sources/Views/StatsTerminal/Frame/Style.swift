/// How a cell of a frame looks; a palette makes colours of it, or none.
public enum Style: UInt8, CaseIterable, Hashable, Sendable {
  case plain
  case strong
  case dim
  /// The titles of columns.
  case title
  /// The row that is chosen.
  case selected
  case good
  case warning
  case bad
  /// What a key is, and which view is shown.
  case accent
}
