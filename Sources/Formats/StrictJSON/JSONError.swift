/// Why bytes are not the JSON that was asked for.
public struct JSONError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Reason: String, Hashable, Sendable {
    case end = "ends too early"
    case unexpected = "has an unexpected character"
    case depth = "is nested too deeply"
    case number = "has a number that is no unsigned 64-bit integer"
    case text = "has a bad string"
    case trailing = "goes on after its end"
    case missing = "lacks a member"
    case tooLarge = "describes a record that is too large"
  }

  public let reason: Reason
  /// The byte at which it was noticed.
  public let offset: Int

  public init(reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}

extension JSONError: CustomStringConvertible {
  public var description: String { "the JSON \(reason.rawValue) (byte \(offset))" }
}
