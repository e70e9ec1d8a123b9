/// Makes keys of the bytes that a terminal sends (ECMA-48 and xterm's control sequences).
///
/// A value without any input: bytes go in, keys come out. Sequences that it does not know are
/// swallowed as a whole, however they are cut into reads.
public struct KeyParser: Sendable {
  private enum State: Hashable {
    case ground
    case escape
    /// Behind `ESC [` or `ESC O`, with what came since.
    case sequence([UInt8])
    /// Within a character of several bytes.
    case character([UInt8], missing: Int)
  }

  /// The longest sequence; what is longer is no key.
  private static let longest = 32
  private var state = State.ground

  public init() {}

  /// Whether what came so far may be the start of something: an ESC alone, after a moment, is the
  /// key of that name.
  public var isWaiting: Bool { state != .ground }

  /// Takes bytes; returns the keys that they end.
  public mutating func take(_ bytes: some Sequence<UInt8>) -> [Key] {
    var keys: [Key] = []
    for byte in bytes { take(byte, &keys) }
    return keys
  }

  /// Nothing came for a moment: what was begun is over.
  public mutating func timeOut() -> [Key] {
    defer { state = .ground }
    return state == .escape ? [.escape] : []
  }

  private mutating func take(_ byte: UInt8, _ keys: inout [Key]) {
    switch state {
    case .ground: begin(byte, &keys)
    case .escape:
      if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "O") {
        state = .sequence([byte])
      } else {
        keys.append(.escape)
        state = .ground
        begin(byte, &keys)
      }
    case .sequence(let bytes):
      if byte == 0x1b {
        state = .escape
      } else if (0x40...0x7e).contains(byte), !(bytes == [0x5b] && byte == 0x5b) {
        if let key = Self.key(bytes, byte) { keys.append(key) }
        state = .ground
      } else {
        state = bytes.count < Self.longest ? .sequence(bytes + [byte]) : .ground
      }
    case .character(let bytes, let missing):
      guard byte & 0xc0 == 0x80 else {
        state = .ground
        begin(byte, &keys)
        return
      }
      state = missing > 1 ? .character(bytes + [byte], missing: missing - 1) : .ground
      guard missing == 1, let text = String(validating: bytes + [byte], as: UTF8.self),
        let character = text.first
      else { return }
      keys.append(.character(character))
    }
  }

  private mutating func begin(_ byte: UInt8, _ keys: inout [Key]) {
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

  /// The key of a sequence: `[A`, `[1;5A`, `OA`, `[5~`.
  private static func key(_ bytes: [UInt8], _ last: UInt8) -> Key? {
    // The Linux console's function keys: `[[A`.
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
