/// An error in a formula, with its position.
public struct FormulaError: Error, Hashable, Sendable {
  public let text: String
  /// The UTF-8 offsets of the invalid part.
  ///
  /// The range is empty if the error is at the end of the text.
  public let range: Range<Int>
  public let reason: String

  init(_ text: String, _ range: Range<Int>, _ reason: String) {
    self.text = text
    self.range = range
    self.reason = reason
  }
}

extension FormulaError: CustomStringConvertible {
  /// Three lines: the reason, the text, and marks below the invalid part.
  public var description: String {
    "\(reason)\n  \(shownText)\n  \(marks)"
  }

  /// The text on one line, or a section of a long text.
  private var shownText: String {
    String(String.UnicodeScalarView(shownScalars.map { Self.isPlain($0) ? $0 : " " }))
  }

  private var marks: String {
    let before = scalarCount(upTo: range.lowerBound) - firstShown
    let count = scalarCount(upTo: range.upperBound) - scalarCount(upTo: range.lowerBound)
    let room = max(1, shownScalars.count - before)
    return String(repeating: " ", count: max(0, before))
      + String(repeating: "^", count: min(max(1, count), room))
  }

  private static let width = 90

  private var firstShown: Int { max(0, scalarCount(upTo: range.lowerBound) - 60) }

  private var shownScalars: [Unicode.Scalar] {
    Array(text.unicodeScalars.dropFirst(firstShown).prefix(Self.width))
  }

  private func scalarCount(upTo offset: Int) -> Int {
    String(decoding: text.utf8.prefix(offset), as: UTF8.self).unicodeScalars.count
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= 0x20 && !(0x7f...0x9f).contains(scalar.value)
  }
}
