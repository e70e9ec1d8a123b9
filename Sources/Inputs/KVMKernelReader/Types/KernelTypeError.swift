/// Why bytes are no description of types.
package enum KernelTypeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Not the magic number, or another byte order than this system's.
  case magic(UInt16)
  case version(UInt8)
  /// A block that reaches beyond the end of the bytes or of what holds it.
  case truncated(String)
  /// A kind whose length is not known, so that nothing behind it can be found.
  case kind(UInt32)
  /// Strings that do not end.
  case unterminated
  /// A module's types that belong to other types than those before them.
  case stranger

  package var description: String {
    switch self {
    case .magic(let number): "its first bytes are 0x\(String(number, radix: 16)), not BTF's"
    case .version(let number): "it is of version \(number)"
    case .truncated(let part): "its \(part) are cut short"
    case .kind(let number): "it has a type of the kind \(number), which is not known"
    case .unterminated: "its strings do not end"
    case .stranger: "it belongs to another kernel"
    }
  }
}
