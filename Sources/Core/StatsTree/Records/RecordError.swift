/// Why a record cannot be read.
public enum RecordError: Error, Hashable, Sendable {
  /// It has fewer bytes than its fields say.
  case tooShort(byteCount: Int, needed: Int)
  /// The tree does not take its group.
  case tree(TreeError)
}

extension RecordError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooShort(let count, let needed):
      "the record has \(count) bytes, its fields need \(needed)"
    case .tree(let error): error.description
    }
  }
}
