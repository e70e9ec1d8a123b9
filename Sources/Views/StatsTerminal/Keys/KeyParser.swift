/// Parses the bytes that a terminal sends into keys (ECMA-48 and the control sequences of xterm).
///
/// The parser does no input itself. Unknown sequences are discarded completely, even if the bytes
/// of a sequence come from several reads.
public struct KeyParser: Sendable {
  private enum State: Hashable {
    case ground
    case escape
    /// The parser has received `ESC [` or `ESC O`. The value contains the bytes received since the
    /// ESC.
    case sequence([UInt8])
    /// The parser has received a part of a UTF-8 sequence. `missing` is the number of missing
    /// bytes.
    case character([UInt8], missing: Int)
  }

  /// The maximum length of a control sequence.
  ///
  /// A longer sequence is discarded.
  private static let maximumSequenceLength = 32
  private var state = State.ground

  public init() {}

  /// Whether the parser waits for the rest of a sequence.
  ///
  /// If no byte follows for a short time, call `timeOut()`.
  public var isWaiting: Bool { state != .ground }

  /// Parses bytes and returns the keys that the bytes complete.
  public mutating func parse(_ bytes: some Sequence<UInt8>) -> [Key] {
    var keys: [Key] = []
    for byte in bytes { parse(byte, &keys) }
    return keys
  }

  /// Discards an incomplete sequence.
  ///
  /// If the sequence is a single ESC, returns the key `escape`.
  public mutating func timeOut() -> [Key] {
    defer { state = .ground }
    return state == .escape ? [.escape] : []
  }

  private mutating func parse(_ byte: UInt8, _ keys: inout [Key]) {
    switch state {
    case .ground: parseFirst(byte, &keys)
    case .escape:
      if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "O") {
        state = .sequence([byte])
      } else {
        keys.append(.escape)
        state = .ground
        parseFirst(byte, &keys)
      }
    case .sequence(let bytes):
      if byte == 0x1b {
        state = .escape
      } else if (0x40...0x7e).contains(byte), !(bytes == [0x5b] && byte == 0x5b) {
        if let key = Self.key(bytes, byte) { keys.append(key) }
        state = .ground
      } else {
        state = bytes.count < Self.maximumSequenceLength ? .sequence(bytes + [byte]) : .ground
      }
    case .character(let bytes, let missing):
      guard byte & 0xc0 == 0x80 else {
        state = .ground
        parseFirst(byte, &keys)
        return
      }
      state = missing > 1 ? .character(bytes + [byte], missing: missing - 1) : .ground
      guard missing == 1, let text = String(validating: bytes + [byte], as: UTF8.self),
        let character = text.first
      else { return }
      keys.append(.character(character))
    }
  }

  private mutating func parseFirst(_ byte: UInt8, _ keys: inout [Key]) {
    switch byte {
    case 0x1b: state = .escape
    case 0x0a, 0x0d: keys.append(.enter)
    case 0x09: keys.append(.tab)
    case 0x08, 0x7f: keys.append(.backspace)
    case 0x01...0x1a:
      keys.append(.control(Character(Unicode.Scalar(byte + 0x60))))
    case 0x20..<0x7f: keys.append(.character(Character(Unicode.Scalar(byte))))
    case 0xc2...0xdf: state = .character([byte], missing: 1)
    case 0xe0...0xef: state = .character([byte], missing: 2)
    case 0xf0...0xf4: state = .character([byte], missing: 3)
    default: break
    }
  }

  /// Returns the key of a sequence such as `[A`, `[1;5A`, `OA` or `[5~`.
  private static func key(_ bytes: [UInt8], _ last: UInt8) -> Key? {
    // The Linux console sends function keys as sequences such as `[[A`. These keys have no command.
    if bytes.count > 1, bytes[1] == UInt8(ascii: "[") { return nil }
    switch last {
    case UInt8(ascii: "A"): return .up
    case UInt8(ascii: "B"): return .down
    case UInt8(ascii: "C"): return .right
    case UInt8(ascii: "D"): return .left
    case UInt8(ascii: "H"): return .home
    case UInt8(ascii: "F"): return .end
    case UInt8(ascii: "Z"): return .backTab
    case UInt8(ascii: "M") where bytes.first == UInt8(ascii: "O"): return .enter
    case UInt8(ascii: "~"):
      let number = bytes.dropFirst().prefix { (0x30...0x39).contains($0) }
      switch String(decoding: number, as: UTF8.self) {
      case "1", "7": return .home
      case "4", "8": return .end
      case "3": return .delete
      case "5": return .pageUp
      case "6": return .pageDown
      default: return nil
      }
    default: return nil
    }
  }
}
