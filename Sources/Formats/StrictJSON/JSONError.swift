/// The reason why bytes are not the expected JSON.
public struct JSONError: Error, Hashable, Sendable {
  /// The kind of error, with its text for messages.
  public enum Reason: String, Hashable, Sendable {
    case end = "unexpected end"
    case unexpected = "unexpected character"
    case depth = "nested too deeply"
    case number = "number is not an unsigned 64-bit integer"
    case text = "invalid string"
    case trailing = "unexpected text after the end"
    case missing = "missing member"
    case tooLarge = "record too large"
  }

  public let reason: Reason
  /// The offset of the byte at which the reader detected the error.
  public let offset: Int

  public init(reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}

extension JSONError: CustomStringConvertible {
  public var description: String { "invalid JSON: \(reason.rawValue) (byte \(offset))" }
}
