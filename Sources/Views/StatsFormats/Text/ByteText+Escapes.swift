import Statistics

extension ByteText {
  /// Appends a JSON string with its quotes (RFC 8259, section 7).
  package mutating func append(json text: String) {
    append(byte: .quote)
    for byte in text.utf8 {
      switch byte {
      case .quote, .backslash:
        append(byte: .backslash)
        append(byte: byte)
      case .newline: append("\\n")
      case UInt8(ascii: "\t"): append("\\t")
      case UInt8(ascii: "\r"): append("\\r")
      case 0..<0x20:
        append("\\u00")
        append(byte.hexadecimal(width: 2))
      default: append(byte: byte)
      }
    }
    append(byte: .quote)
  }

  /// Appends a CSV field, with quotes if RFC 4180 requires them.
  ///
  /// An empty text also has quotes, so that a reader can distinguish an empty text from a missing
  /// value.
  package mutating func append(csv text: String) {
    let isPlain = text.utf8.allSatisfy { byte in
      byte != .quote && byte != .comma && byte != .newline && byte != UInt8(ascii: "\r")
    }
    if isPlain, !text.isEmpty {
      append(text)
      return
    }
    append(byte: .quote)
    for byte in text.utf8 {
      if byte == .quote { append(byte: .quote) }
      append(byte: byte)
    }
    append(byte: .quote)
  }

  /// Appends a label value with the escapes that OpenMetrics and Prometheus require between quotes.
  package mutating func append(label text: String) {
    append(metrics: text, escapesQuotes: true)
  }

  /// Appends the text of a HELP line, in which OpenMetrics escapes quotes but Prometheus does not.
  package mutating func append(help text: String, escapesQuotes: Bool) {
    append(metrics: text, escapesQuotes: escapesQuotes)
  }

  private mutating func append(metrics text: String, escapesQuotes: Bool) {
    for byte in text.utf8 {
      switch byte {
      case .newline: append("\\n")
      case .backslash: append("\\\\")
      case .quote where escapesQuotes: append("\\\"")
      default: append(byte: byte)
      }
    }
  }

  /// Appends text for a terminal, with control characters escaped.
  ///
  /// Names come from other processes and might contain escape sequences. Control characters and
  /// marks that change the direction of text are replaced by their code, such as `\u{1B}`.
  package mutating func append(printable text: String) {
    if text.utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) {
      append(text)
      return
    }
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0..<0x20, 0x7f..<0xa0, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069:
        append("\\u{" + scalar.value.hexadecimal().uppercased() + "}")
      default: append(scalar)
      }
    }
  }

  private mutating func append(_ scalar: Unicode.Scalar) {
    for byte in UTF8.encode(scalar).map(Array.init) ?? [] { append(byte: byte) }
  }
}

extension String {
  /// The text, in which every character that a terminal could interpret is escaped.
  public var printable: String {
    if utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return self }
    var text = ByteText()
    text.append(printable: self)
    return text.text
  }

  /// Returns the text padded on the right to a field of `width` characters.
  package func padded(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - unicodeScalars.count))
  }

  /// Returns the text padded on the left to a field of `width` characters.
  package func padded(from width: Int) -> String {
    String(repeating: " ", count: Swift.max(0, width - unicodeScalars.count)) + self
  }
}
