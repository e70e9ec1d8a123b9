#if Metrics
import Statistics

/// Converts arbitrary text to names of groups and sources.
///
/// Different texts become different names. A shortened name contains a hash of the whole text.
enum TableName {
  /// The maximum length of a name in a table, in bytes.
  static let maximumByteCount = 200

  /// Returns the name for a label.
  static func of(_ label: String, suffix: String = "") -> String {
    cut(escaped(label), suffix: suffix)
  }

  /// Escapes bytes that are invalid in a name as `%` and two hexadecimal digits.
  ///
  /// Also escapes `%` and `~`, so that only shortened names and suffixes contain `~`. The result
  /// for an empty text is `%`.
  static func escaped(_ text: String, also others: [UInt8] = []) -> String {
    if text.isEmpty { return "%" }
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      let isPlain =
        switch byte {
        case 0..<0x20, 0x7f, UInt8(ascii: "/"), UInt8(ascii: "%"), UInt8(ascii: "~"): false
        case UInt8(ascii: "."): !bytes.isEmpty
        default: !others.contains(byte)
        }
      if isPlain {
        bytes.append(byte)
      } else {
        bytes.append(UInt8(ascii: "%"))
        bytes += byte.hexadecimal(width: 2).utf8
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Shortens a name that is too long: replaces its end by `~` and the hash of the whole name.
  static func cut(_ name: String, suffix: String = "") -> String {
    guard name.utf8.count + suffix.utf8.count > maximumByteCount else { return name + suffix }
    var hash = FNV1a()
    hash.add(name.utf8)
    let end = "~" + hash.value.hexadecimal(width: 16) + suffix
    var bytes = Array(name.utf8.prefix(maximumByteCount - end.utf8.count + 1))
    // Remove the last character, because the cut might have left only a part of it.
    while bytes.popLast().map({ $0 & 0xc0 == 0x80 }) ?? false {}
    return String(decoding: bytes, as: UTF8.self) + end
  }

  /// Escapes a text that contains a NUL, because the NUL would end the text in a table.
  static func text(_ text: String) -> String {
    text.utf8.contains(0) ? escaped(text) : text
  }
}
#endif
