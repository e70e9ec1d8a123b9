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
        append(hexadecimal: byte)
      default: append(byte: byte)
      }
    }
    append(byte: .quote)
  }

  /// Appends a CSV field, with quotes where RFC 4180 wants them.
  ///
  /// An empty text has quotes as well, so that it is not taken for a value that is not there.
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

  /// Appends a label's value as OpenMetrics and Prometheus have it between quotes.
  package mutating func append(label text: String) {
    append(metrics: text, escapesQuotes: true)
  }

  /// Appends the text of a HELP line: OpenMetrics escapes quotes there, Prometheus does not.
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

  /// Appends text for a terminal: what could move the cursor or turn the text is spelled out.
  ///
  /// Names come from other processes, so they may hold escape sequences: control characters and
  /// the marks that turn the direction of text become `\u{1B}`.
  package mutating func append(printable text: String) {
    if text.utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) {
      append(text)
      return
    }
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0..<0x20, 0x7f..<0xa0, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069:
        append("\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}")
      default: bytesOf(scalar)
      }
    }
  }

  private mutating func bytesOf(_ scalar: Unicode.Scalar) {
    for byte in UTF8.encode(scalar).map(Array.init) ?? [] { append(byte: byte) }
  }

  private mutating func append(hexadecimal byte: UInt8) {
    let digits = Array("0123456789abcdef".utf8)
    append(byte: digits[Int(byte >> 4)])
    append(byte: digits[Int(byte & 0xf)])
  }
}

extension String {
  /// The text with nothing in it that a terminal would act upon.
  public var printable: String {
    if utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return self }
    var text = ByteText()
    text.append(printable: self)
    return text.text
  }

  /// The text on the left of a field of so many characters.
  package func padded(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - unicodeScalars.count))
  }

  /// The text on the right of a field of so many characters.
  package func padded(from width: Int) -> String {
    String(repeating: " ", count: Swift.max(0, width - unicodeScalars.count)) + self
  }
}
