import CLinux

/// The bytes of a reply, which are never more than were asked for.
///
/// The kernel refuses a reply that is too long, and its caller gets EIO; so what does not fit is
/// dropped here. The memory is kept for the next reply.
public struct FuseReplyBuffer: ~Copyable, Sendable {
  static let headerSize = CLINUX_FUSE_OUT_HEADER_SIZE

  private var bytes: [UInt8]
  /// The length of the message so far, and the most that it can have.
  private var end = Self.headerSize
  private var limit = Self.headerSize

  init() {
    bytes = [UInt8](repeating: 0, count: 4096)
  }

  /// The number of bytes behind the header so far.
  public var count: Int { end - Self.headerSize }

  /// The number of bytes that still fit.
  public var room: Int { limit - end }

  /// Adds a byte, if it fits.
  public mutating func append(_ byte: UInt8) {
    guard end < limit else { return }
    if end == bytes.count { bytes.append(0) }
    bytes[end] = byte
    end += 1
  }

  /// Adds the bytes that fit.
  public mutating func append(_ new: Span<UInt8>) {
    let count = min(new.count, room)
    let start = end
    let kept = min(count, bytes.count - start)
    var target = bytes.mutableSpan
    for index in 0..<kept { target[start + index] = new[index] }
    if kept < count {
      bytes.reserveCapacity(start + count)
      for index in kept..<count { bytes.append(new[index]) }
    }
    end += count
  }

  /// Adds what of a file's whole content lies at `offset` and behind, as far as it fits.
  public mutating func append(_ content: Span<UInt8>, from offset: UInt64) {
    guard offset < UInt64(content.count) else { return }
    append(content.extracting(Int(offset)..<content.count))
  }

  /// Adds what of a file's whole content lies at `offset` and behind, as far as it fits.
  public mutating func append(_ content: [UInt8], from offset: UInt64) {
    append(content.span, from: offset)
  }

  /// Adds the bytes of a text that fit.
  public mutating func append(_ text: String) {
    for byte in text.utf8 { append(byte) }
  }

  /// Adds a number of the protocol, if all of it fits.
  mutating func append<Number: FixedWidthInteger>(number: Number) {
    guard room >= Number.bitWidth / 8 else { return }
    var rest = number.littleEndian
    #if _endian(big)
    rest = number.byteSwapped.littleEndian
    #endif
    for _ in 0..<Number.bitWidth / 8 {
      append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  /// Starts a message whose body has at most `limit` bytes.
  mutating func begin(limit: Int) {
    end = Self.headerSize
    self.limit = Self.headerSize + limit
  }

  /// Cuts the body to its first bytes.
  mutating func cut(to count: Int) {
    end = min(end, Self.headerSize + count)
  }

  /// Ends the message: `code` is the errno value, 0, or the number of a notification.
  ///
  /// ```
  /// offset  size
  ///      0     4  length of the whole message
  ///      4     4  0, minus an errno value, or the number of a notification
  ///      8     8  identifier of the request; 0 in a notification
  /// ```
  mutating func finish(code: Int32, identifier: UInt64) {
    let length = end
    end = 0
    append(number: UInt32(length))
    append(number: code)
    append(number: identifier)
    end = length
  }

  /// The message; valid after `finish`.
  var message: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { bytes.span.extracting(0..<end) }
  }
}
