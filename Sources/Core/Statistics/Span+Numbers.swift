// Reads numbers in the byte order of the machine, with bounds checks.
extension Span<UInt8> {
  /// Reads the 64-bit number at an offset in bytes; the offset need not be aligned.
  public func uint64(at offset: Int) -> UInt64 {
    let first = UInt64(uint32(at: offset))
    let second = UInt64(uint32(at: offset + 4))
    #if _endian(little)
    return second << 32 | first
    #else
    return first << 32 | second
    #endif
  }

  /// Reads the 32-bit number at an offset in bytes; the offset need not be aligned.
  public func uint32(at offset: Int) -> UInt32 {
    let first = UInt32(uint16(at: offset))
    let second = UInt32(uint16(at: offset + 2))
    #if _endian(little)
    return second << 16 | first
    #else
    return first << 16 | second
    #endif
  }

  /// Reads the 16-bit number at an offset in bytes; the offset need not be aligned.
  public func uint16(at offset: Int) -> UInt16 {
    let bytes = (UInt16(self[offset]), UInt16(self[offset + 1]))
    #if _endian(little)
    return bytes.1 << 8 | bytes.0
    #else
    return bytes.0 << 8 | bytes.1
    #endif
  }
}
