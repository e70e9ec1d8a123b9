/// The reason why a record cannot be added.
public enum RecordError: Error, Hashable, Sendable {
  /// The record has fewer bytes than its fields need.
  case tooShort(byteCount: Int, needed: Int)
  /// The tree rejected the group of the record.
  case tree(TreeError)
}

extension RecordError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooShort(let count, let needed):
      "record too short: \(count) bytes; its fields need \(needed)"
    case .tree(let error): error.description
    }
  }
}
