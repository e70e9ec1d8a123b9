public import LinuxSystem

/// Why bytes are no Xen statistics table that can be read or written.
public enum XenTableError: Error, Hashable, Sendable {
  /// A number of the header or of the caller.
  public enum Field: String, Hashable, Sendable {
    case offset
    case size
    case stride
    case count
    /// Of the header.
    case length
    /// Of all of the memory.
    case byteCount
  }

  /// The header has 16 bytes; there are fewer.
  case truncated(available: Int)
  /// The magic's bytes are swapped: the table was written on a machine of the other byte order.
  case otherByteOrder(magic: UInt32)
  case unknownMagic(UInt32, expected: UInt32)
  /// The magic is not there yet: a writer is about to initialise the table, or died doing so.
  case unannounced
  /// Another writer has the table.
  case claimed(magic: UInt32)
  /// A number that no table can have.
  case field(Field, value: Int, rule: String)
  /// The slots reach beyond the memory.
  case beyondEnd(needed: Int, available: Int)
  /// The file got shorter than the table while it was read.
  case shrunk
  case system(SystemError)
}

extension XenTableError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .truncated(let available):
      "there are \(available) bytes; the header of a Xen statistics table has 16"
    case .otherByteOrder(let magic):
      "magic \(hexadecimal(magic)) has its bytes swapped: the table is of a machine with the"
        + " other byte order"
    case .unknownMagic(let magic, let expected):
      "magic is \(hexadecimal(magic)), not \(hexadecimal(expected))"
    case .unannounced:
      "magic is not there yet: the table was not initialised to its end"
    case .claimed(let magic):
      "magic is \(hexadecimal(magic)): another writer has this table"
    case .field(let field, let value, let rule):
      "\(field.rawValue) is \(value), must be \(rule)"
    case .beyondEnd(let needed, let available):
      "the table has \(needed) bytes; \(available) are there"
    case .shrunk:
      "the file got shorter than the table while it was read"
    case .system(let error):
      error.description
    }
  }
}

/// As `0xaabbccdd`.
func hexadecimal(_ value: UInt32) -> String {
  let digits = String(value, radix: 16)
  return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
}
