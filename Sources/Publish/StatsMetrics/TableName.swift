#if Metrics
/// Names of groups and sources for texts of any kind.
///
/// Other texts have other names, and none is cut without a sign of it.
enum TableName {
  /// The most bytes that a name in a table may have.
  static let longest = 200

  /// The name of a label.
  static func of(_ label: String, suffix: String = "") -> String {
    cut(escaped(label), suffix: suffix)
  }

  /// A text with the bytes that cannot be in a name as `%` and two hexadecimal digits.
  ///
  /// So are `%` itself and `~`, which is only in names that are made here; no text is `%`.
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
        bytes += hexadecimal(UInt64(byte), digits: 2).utf8
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A name that fits: the rest of one that is too long is `~` and the hash of all of it.
  static func cut(_ name: String, suffix: String = "") -> String {
    guard name.utf8.count + suffix.utf8.count > longest else { return name + suffix }
    var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    // FNV-1a: draft-eastlake-fnv.
    for byte in name.utf8 { digest = (digest ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    let end = "~" + hexadecimal(digest, digits: 16) + suffix
    var bytes = Array(name.utf8.prefix(longest - end.utf8.count + 1))
    // Up to the last place where a character begins: it, and what follows, goes.
    while bytes.popLast().map({ $0 & 0xc0 == 0x80 }) ?? false {}
    return String(decoding: bytes, as: UTF8.self) + end
  }

  /// A text that may have any byte but the NUL that would end it.
  static func text(_ text: String) -> String {
    text.utf8.contains(0) ? escaped(text) : text
  }

  private static func hexadecimal(_ number: UInt64, digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }
}
#endif
