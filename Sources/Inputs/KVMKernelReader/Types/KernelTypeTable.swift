import Statistics

/// Parses the BTF type information of a kernel, or the information that a module adds to it.
///
/// ```
/// header   magic u16, version u8, flags u8, header length u32,
///          types: offset u32, length u32; strings: offset u32, length u32
/// types    name u32, info u32 (count 0-15, kind 24-28, flag 31), size or type u32, then data that
///          depends on the kind; ids begin at 1, or after the last id of the kernel
/// strings  NUL-terminated; offsets begin at 0, or after the last offset of the kernel
/// ```
///
/// The bytes are untrusted. Every access is checked, and invalid input causes an error. Source:
/// kernel document `bpf/btf.rst`.
struct KernelTypeTable {
  /// The kinds of types that can be looked up.
  enum Kind: UInt32 {
    case structure = 4
    case union = 5
    case function = 12
  }

  /// The id of the first type.
  let firstType: UInt32
  /// The offset of the first string.
  private let firstString: UInt32
  let bytes: [UInt8]
  private let strings: Range<Int>
  /// The offset of each type in `bytes`.
  private var positions: [UInt32] = []

  /// The id after the last type.
  var endOfTypes: UInt32 { firstType + UInt32(positions.count) }
  private var endOfStrings: UInt32 { firstString + UInt32(strings.count) }

  /// Parses a file.
  ///
  /// Complexity: O(types).
  ///
  /// - Parameters:
  ///   - bytes: The contents of a file, such as `/sys/kernel/btf/vmlinux`.
  ///   - base: The kernel's types if the file belongs to a module; otherwise nil.
  /// - Throws: `KernelTypeError` for invalid or truncated bytes.
  init(parsing bytes: [UInt8], after base: KernelTypeTable? = nil) throws(KernelTypeError) {
    let span = bytes.span
    guard span.count >= 24 else { throw .truncated("header") }
    let magic = span.uint16(at: 0)
    guard magic == 0xeb9f else { throw .magic(magic) }
    guard span[2] == 1 else { throw .version(span[2]) }
    let header = Int(span.uint32(at: 4))
    guard header >= 24, header <= span.count else { throw .truncated("header") }
    let types = try Self.block(span, at: 8, after: header, "types")
    strings = try Self.block(span, at: 16, after: header, "strings")
    guard let last = strings.last, span[last] == 0 else { throw .unterminated }
    firstType = base?.endOfTypes ?? 1
    firstString = base?.endOfStrings ?? 0
    // Ids of types and offsets of strings have 32 bits.
    guard UInt64(firstString) + UInt64(strings.count) < UInt64(UInt32.max),
      UInt64(firstType) + UInt64(types.count / 12) < UInt64(UInt32.max)
    else { throw .idOverflow }
    positions.reserveCapacity(types.count / 24)
    var position = types.lowerBound
    while position < types.upperBound {
      guard types.upperBound - position >= 12 else { throw .truncated("types") }
      let info = span.uint32(at: position + 4)
      let extra = try Self.extraByteCount(info)
      guard extra <= types.upperBound - position - 12 else { throw .truncated("types") }
      positions.append(UInt32(position))
      position += 12 + extra
    }
    self.bytes = bytes
  }

  private static func block(
    _ span: Span<UInt8>, at field: Int, after header: Int, _ name: String
  ) throws(KernelTypeError) -> Range<Int> {
    let start = header + Int(span.uint32(at: field))
    let count = Int(span.uint32(at: field + 4))
    guard start <= span.count, count <= span.count - start, span.count <= Int(UInt32.max) else {
      throw .truncated(name)
    }
    return start..<start + count
  }

  /// Returns the number of bytes that follow the first 12 bytes of a type.
  private static func extraByteCount(_ info: UInt32) throws(KernelTypeError) -> Int {
    let count = Int(info & 0xffff)
    let kind = info >> 24 & 0x1f
    switch kind {
    // Pointer, forward, typedef, volatile, const, restrict, function, float, type tag.
    case 2, 7...12, 16, 18: return 0
    // Integer, variable, declaration tag.
    case 1, 14, 17: return 4
    // Enumeration, parameters.
    case 6, 13: return 8 * count
    // Array.
    case 3: return 12
    // Structure, union, section, enumeration of 64 bits.
    case 4, 5, 15, 19: return 12 * count
    default: throw .kind(kind)
    }
  }

  // MARK: - Types

  /// Returns the offset of a type in `bytes`, or nil if this table does not contain the type.
  func position(of type: UInt32) -> Int? {
    guard type >= firstType, type < endOfTypes else { return nil }
    return Int(positions[Int(type - firstType)])
  }

  /// Returns the ids of the types that have a given kind and one of the names.
  ///
  /// - Returns: For each name, the ids of its types in the order of the table.
  /// - Complexity: O(types). Reads the first byte of each name of the kind.
  func types(_ kind: Kind, named names: [String], _ base: KernelTypeTable?) -> [[UInt32]] {
    var found = [[UInt32]](repeating: [], count: names.count)
    let wanted = names.map { Array($0.utf8) + [0] }
    var isFirstByte = [Bool](repeating: false, count: 256)
    for name in wanted { isFirstByte[Int(name[0])] = true }
    let span = bytes.span
    for index in positions.indices {
      let position = Int(positions[index])
      guard span.uint32(at: position + 4) >> 24 & 0x1f == kind.rawValue else { continue }
      let offset = span.uint32(at: position)
      if offset < firstString {
        for (number, name) in wanted.enumerated()
        where base?.hasString(offset, name) ?? false {
          found[number].append(firstType + UInt32(index))
        }
        continue
      }
      let start = strings.lowerBound + Int(offset - firstString)
      guard start < strings.upperBound, isFirstByte[Int(span[start])] else { continue }
      for (number, name) in wanted.enumerated() where hasString(offset, name) {
        found[number].append(firstType + UInt32(index))
      }
    }
    return found
  }

  /// Returns `true` if the string at an offset is equal to `name`, which must end with a NUL.
  func hasString(_ offset: UInt32, _ name: [UInt8]) -> Bool {
    guard offset >= firstString, offset < endOfStrings else { return false }
    let start = strings.lowerBound + Int(offset - firstString)
    guard name.count <= strings.upperBound - start else { return false }
    return name.indices.allSatisfy { bytes[start + $0] == name[$0] }
  }
}
