/// An undecoded JSON string in the bytes of a reader.
///
/// Only the reader that returned the text can compare and decode it.
public struct JSONText: Hashable, Sendable {
  /// The bytes between the quotation marks.
  public let range: Range<Int>
  /// Whether the bytes contain a backslash.
  public let hasEscapes: Bool
}
