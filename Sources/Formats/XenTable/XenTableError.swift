public import LinuxSystem
import Statistics

/// The error of reading or writing a Xen statistics table.
public enum XenTableError: Error, Hashable, Sendable {
  /// A field of the header, or a parameter with the same meaning.
  public enum Field: String, Hashable, Sendable {
    case offset
    case size
    case stride
    case count
    /// The length of the header.
    case length
    /// The size of the memory.
    case byteCount
  }

  /// The memory is shorter than the header's 16 bytes.
  case truncated(available: Int)
  /// The bytes of the magic are swapped, because the writer has the other byte order.
  case otherByteOrder(magic: UInt32)
  case unknownMagic(UInt32, expected: UInt32)
  /// The magic is not stored yet. A writer is initialising the table, or died before the end.
  case unannounced
  /// Another writer owns the table.
  case claimed(magic: UInt32)
  /// A field has an invalid value.
  case field(Field, value: Int, rule: String)
  /// The slots end beyond the memory.
  case beyondEnd(needed: Int, available: Int)
  /// The file was truncated below the size of the table while it was read.
  case shrunk
  case system(SystemError)
}

extension XenTableError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .truncated(let available):
      "the memory has \(available) bytes; the header of a Xen statistics table has 16"
    case .otherByteOrder(let magic):
      "magic 0x\(magic.hexadecimal(width: 8)) has its bytes swapped: the table was"
        + " written on a system with the other byte order"
    case .unknownMagic(let magic, let expected):
      "magic is 0x\(magic.hexadecimal(width: 8)), not 0x\(expected.hexadecimal(width: 8))"
    case .unannounced:
      "magic is missing: the initialisation of the table is incomplete"
    case .claimed(let magic):
      "magic is 0x\(magic.hexadecimal(width: 8)): another writer owns this table"
    case .field(let field, let value, let rule):
      "\(field.rawValue) is \(value), must be \(rule)"
    case .beyondEnd(let needed, let available):
      "the table has \(needed) bytes, the memory \(available)"
    case .shrunk:
      "the file was truncated below the size of the table while it was read"
    case .system(let error):
      error.description
    }
  }
}
