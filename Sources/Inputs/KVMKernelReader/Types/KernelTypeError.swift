import Statistics

/// An error in the BTF type information of a kernel or module.
package enum KernelTypeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The magic number is not that of BTF in this system's byte order.
  case magic(UInt16)
  case version(UInt8)
  /// A block exceeds the file or its enclosing block.
  case truncated(String)
  /// The kind of a type is unknown. Then its length, and therefore the position of the next type,
  /// is unknown.
  case kind(UInt32)
  /// The last string has no NUL.
  case unterminated
  /// The kernel and the module together have more types, or longer strings, than 32 bits can
  /// address.
  case idOverflow

  package var description: String {
    switch self {
    case .magic(let number): "invalid BTF magic 0x\(number.hexadecimal())"
    case .version(let number): "unsupported BTF version \(number)"
    case .truncated(let part): "truncated \(part)"
    case .kind(let number): "unknown kind \(number)"
    case .unterminated: "unterminated strings"
    case .idOverflow: "more than 2^32 types or bytes of strings"
    }
  }
}
