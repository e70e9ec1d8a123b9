extension [UInt8] {
  /// The bytes as UTF-8.
  package var text: String { String(decoding: self, as: UTF8.self) }

  package var lines: [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
}
