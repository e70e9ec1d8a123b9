import Statistics

/// The size and signedness of a value in the bytes of a record.
public enum RecordWidth: String, CaseIterable, Hashable, Sendable {
  case u8, u16, u32, u64
  case s8, s16, s32, s64
  /// One byte; 0 is false, any other value is true.
  case bool

  public var byteCount: Int {
    switch self {
    case .u8, .s8, .bool: 1
    case .u16, .s16: 2
    case .u32, .s32: 4
    case .u64, .s64: 8
    }
  }

  public var isSigned: Bool {
    switch self {
    case .s8, .s16, .s32, .s64: true
    case .u8, .u16, .u32, .u64, .bool: false
    }
  }

  /// Returns the value at an offset as a word, extended by its sign or by zeros.
  ///
  /// A value that equals the inactive marker ("no value") becomes the adjacent value. Only a field
  /// with a `get` closure can report that there is no value.
  ///
  /// - Precondition: The value is within `bytes`.
  func word(in bytes: Span<UInt8>, at offset: Int) -> UInt64 {
    switch self {
    case .bool: bytes[offset] == 0 ? 0 : 1
    case .u8: UInt64(bytes[offset])
    case .s8: UInt64(truncatingIfNeeded: Int8(bitPattern: bytes[offset]))
    case .u16: Self.join(2, bytes, at: offset)
    case .s16:
      UInt64(truncatingIfNeeded: Int16(truncatingIfNeeded: Self.join(2, bytes, at: offset)))
    case .u32: Self.join(4, bytes, at: offset)
    case .s32:
      UInt64(truncatingIfNeeded: Int32(truncatingIfNeeded: Self.join(4, bytes, at: offset)))
    case .u64: min(Self.join(8, bytes, at: offset), Inactive.unsigned - 1)
    case .s64: UInt64(bitPattern: max(Int64(bitPattern: Self.join(8, bytes, at: offset)), .min + 1))
    }
  }

  /// Joins bytes in little-endian order; all machines that Vitals supports are little-endian.
  @inline(__always)
  private static func join(_ count: Int, _ bytes: Span<UInt8>, at offset: Int) -> UInt64 {
    var word: UInt64 = 0
    for step in 0..<count {
      word |= UInt64(bytes[offset + step]) << UInt64(truncatingIfNeeded: 8 * step)
    }
    return word
  }
}
