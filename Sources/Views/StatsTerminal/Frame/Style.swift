/// The style of a cell.
///
/// A palette assigns colours to styles.
public enum Style: UInt8, CaseIterable, Hashable, Sendable {
  case plain
  case strong
  case dim
  /// Column titles.
  case title
  /// The selected row.
  case selected
  case good
  case warning
  case bad
  /// Key names and the title of the current view.
  case accent
}
