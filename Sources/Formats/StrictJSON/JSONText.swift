/// A string of JSON as it stands between its quotation marks in a reader's bytes.
///
/// It is compared and decoded by the reader that gave it.
public struct JSONText: Hashable, Sendable {
  /// The bytes between the quotation marks.
  public let range: Range<Int>
  /// Whether a backslash is among them.
  public let hasEscapes: Bool
}
