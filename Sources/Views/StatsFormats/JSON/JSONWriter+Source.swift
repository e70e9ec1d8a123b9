package import StatsTree

extension JSONWriter {
  /// Writes the JSON member `diagnostics` if the source has diagnostics.
  package mutating func diagnostics(of source: Source) {
    let diagnostics = source.diagnostics
    guard !diagnostics.isEmpty else { return }
    key("diagnostics")
    array { writer in
      for diagnostic in diagnostics {
        writer.object { writer in
          writer.member("topic", diagnostic.topic.rawValue)
          writer.member("text", diagnostic.text)
        }
      }
    }
  }

  /// Writes a JSON member whose value is a list of texts.
  package mutating func texts(_ name: String, _ texts: [String]) {
    key(name)
    array { writer in for text in texts { writer.value(text) } }
  }
}
