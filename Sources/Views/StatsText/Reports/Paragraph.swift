/// Wraps and shortens text.
enum Paragraph {
  /// Returns a label and, beside the label, the wrapped text.
  ///
  /// The label has a column of its own. Lines have at most `width` characters if `width` is not
  /// very small.
  static func labelled(_ label: String, _ text: String, width: Int) -> String {
    let column = 10
    var lines = [""]
    for word in text.split(separator: " ") {
      let last = lines[lines.count - 1]
      if last.isEmpty {
        lines[lines.count - 1] = String(word)
      } else if last.count + 1 + word.count <= max(20, width - column - 2) {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    let pad = String(repeating: " ", count: column - label.count)
    let indent = String(repeating: " ", count: column + 2)
    return "  \(label)\(pad)" + lines.joined(separator: "\n" + indent) + "\n"
  }

  static func firstSentence(of text: String) -> String {
    guard let end = text.firstRange(of: ". ") else { return text }
    return text[..<end.lowerBound] + "."
  }

  static func cut(_ text: String, to width: Int) -> String {
    text.count <= width ? text : text.prefix(width - 3) + "..."
  }
}
