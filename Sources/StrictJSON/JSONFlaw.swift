/// Why bytes are not the JSON that was asked for.
struct JSONFlaw: Error, Hashable, Sendable {
  enum Reason: String, Hashable, Sendable {
    case end = "ends too early"
    case unexpected = "has an unexpected character"
    case depth = "is nested too deeply"
    case number = "has a number that is no unsigned 64-bit integer"
    case text = "has a bad string"
    case trailing = "goes on after its end"
    case missing = "lacks a member"
    case tooLarge = "describes a record that is too large"
  }

  let reason: Reason
  /// The byte at which it was noticed.
  let offset: Int
}

extension JSONFlaw: CustomStringConvertible {
  var description: String { "the JSON \(reason.rawValue) (byte \(offset))" }
}
