/// A name in a directory: bytes without a slash and without NUL, not necessarily UTF-8.
public struct FuseName: Hashable, Sendable {
  /// The most bytes that a name of the protocol has.
  public static let longest = 1024

  public let bytes: [UInt8]

  /// A name of text; nil where it is empty, too long, or has a slash or a NUL.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard (try? Self.check(bytes.span)) != nil else { return nil }
    self.bytes = bytes
  }

  /// The entries that every directory has.
  static let dot = FuseName(checked: [UInt8(ascii: ".")])
  static let dots = FuseName(checked: [UInt8(ascii: "."), UInt8(ascii: ".")])

  private init(checked bytes: [UInt8]) { self.bytes = bytes }

  /// The name in the bytes from `start` to a NUL, which must come before `end`.
  init(_ message: Span<UInt8>, from start: Int, to end: Int) throws(FuseProtocolError) {
    var stop = start
    while stop < end, message[stop] != 0 { stop += 1 }
    guard stop < end else { throw .name }
    let name = message.extracting(start..<stop)
    try Self.check(name)
    bytes = name.array
  }

  /// The name as text; nil where it is no UTF-8.
  public var text: String? { String(validating: bytes, as: UTF8.self) }

  private static func check(_ name: Span<UInt8>) throws(FuseProtocolError) {
    guard name.count <= longest else { throw .longName(byteCount: name.count) }
    guard !name.isEmpty else { throw .name }
    for index in name.indices where name[index] == 0 || name[index] == UInt8(ascii: "/") {
      throw .name
    }
  }
}

extension FuseName: CustomStringConvertible {
  public var description: String { String(decoding: bytes, as: UTF8.self) }
}
