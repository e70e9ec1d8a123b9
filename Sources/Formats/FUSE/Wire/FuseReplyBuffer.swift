import CLinux

/// Collects the bytes of a reply, up to the requested size.
///
/// The buffer drops the bytes that do not fit, because the kernel rejects a reply that is too long,
/// and the caller then gets EIO. The next reply reuses the memory.
public struct FuseReplyBuffer: ~Copyable, Sendable {
  static let headerSize = CLINUX_FUSE_OUT_HEADER_SIZE

  private var bytes: [UInt8]
  /// The current length of the message in bytes.
  private var end = Self.headerSize
  /// The maximum length of the message in bytes.
  private var limit = Self.headerSize

  init() {
    bytes = [UInt8](repeating: 0, count: 4096)
  }

  /// The present number of bytes after the header.
  public var count: Int { end - Self.headerSize }

  /// The number of bytes that still fit.
  public var remainingCount: Int { limit - end }

  /// Appends a byte if it fits.
  public mutating func append(_ byte: UInt8) {
    guard end < limit else { return }
    if end == bytes.count { bytes.append(0) }
    bytes[end] = byte
    end += 1
  }

  /// Appends the bytes that fit.
  public mutating func append(_ new: Span<UInt8>) {
    let count = min(new.count, remainingCount)
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

  /// Appends the part of a file's content that begins at `offset`, and drops the bytes that do not
  /// fit.
  public mutating func append(_ content: Span<UInt8>, from offset: UInt64) {
    guard offset < UInt64(content.count) else { return }
    append(content.extracting(Int(offset)..<content.count))
  }

  /// Appends the part of a file's content that begins at `offset`, and drops the bytes that do not
  /// fit.
  public mutating func append(_ content: [UInt8], from offset: UInt64) {
    append(content.span, from: offset)
  }

  /// Appends the bytes of a text that fit.
  public mutating func append(_ text: String) {
    for byte in text.utf8 { append(byte) }
  }

  /// Appends a field of the protocol if all of it fits.
  mutating func append<Number: FixedWidthInteger>(number: Number) {
    guard remainingCount >= Number.bitWidth / 8 else { return }
    var rest = number.littleEndian
    #if _endian(big)
    rest = number.byteSwapped.littleEndian
    #endif
    for _ in 0..<Number.bitWidth / 8 {
      append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  /// Begins a message whose body has at most `limit` bytes.
  mutating func reset(limit: Int) {
    end = Self.headerSize
    self.limit = Self.headerSize + limit
  }

  /// Truncates the body to its first `count` bytes.
  mutating func truncate(to count: Int) {
    end = min(end, Self.headerSize + count)
  }

  /// Completes the header.
  ///
  /// `code` is 0, a negative errno value, or the code of a notification.
  ///
  /// ```
  /// offset  size
  ///      0     4  length of the whole message
  ///      4     4  0, a negative errno value, or the code of a notification
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

  /// The complete message; valid after `finish`.
  var message: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { bytes.span.extracting(0..<end) }
  }
}
