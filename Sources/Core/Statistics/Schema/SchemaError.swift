/// An error in the offsets or sizes of statistics.
public enum SchemaError: Error, Hashable, Sendable {
  /// An offset is not a multiple of 8 bytes, or an offset or size is negative.
  case misaligned(name: String, offset: Int)
  /// The statistic would extend the record beyond `Schema.maximumWordCount`.
  case tooLarge(name: String, words: Int)
}

extension SchemaError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .misaligned(let name, let offset):
      "invalid offset \(offset) of statistic '\(name)': expected a multiple of 8"
    case .tooLarge(let name, let words):
      "statistic '\(name)' extends the record to \(words) words "
        + "(maximum \(Schema.maximumWordCount))"
    }
  }
}
