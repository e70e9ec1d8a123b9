/// A name in a directory: bytes without slash and NUL, not necessarily UTF-8.
public struct FuseName: Hashable, Sendable {
  /// The maximum length of a name in the protocol.
  public static let maximumByteCount = 1024

  public let bytes: [UInt8]

  /// Creates a name from text; nil if the text is empty, too long, or contains a slash or a NUL.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard (try? Self.check(bytes.span)) != nil else { return nil }
    self.bytes = bytes
  }

  /// The names of the entries that every directory has.
  static let dot = FuseName(checked: [UInt8(ascii: ".")])
  static let dotDot = FuseName(checked: [UInt8(ascii: "."), UInt8(ascii: ".")])

  private init(checked bytes: [UInt8]) { self.bytes = bytes }

  /// Decodes the name that begins at `start` and ends before a NUL.
  ///
  /// The NUL must be before `end`.
  init(_ message: Span<UInt8>, from start: Int, to end: Int) throws(FuseProtocolError) {
    var stop = start
    while stop < end, message[stop] != 0 { stop += 1 }
    guard stop < end else { throw .name }
    let name = message.extracting(start..<stop)
    try Self.check(name)
    bytes = name.array
  }

  /// The name as text; nil if the name is not UTF-8.
  public var text: String? { String(validating: bytes, as: UTF8.self) }

  private static func check(_ name: Span<UInt8>) throws(FuseProtocolError) {
    guard name.count <= maximumByteCount else { throw .longName(byteCount: name.count) }
    guard !name.isEmpty else { throw .name }
    for index in name.indices where name[index] == 0 || name[index] == UInt8(ascii: "/") {
      throw .name
    }
  }
}

extension FuseName: CustomStringConvertible {
  public var description: String { String(decoding: bytes, as: UTF8.self) }
}
