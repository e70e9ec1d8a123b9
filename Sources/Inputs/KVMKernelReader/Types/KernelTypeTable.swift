import Statistics

/// The types of a kernel, or what one of its modules adds to them, as BTF writes them.
///
/// ```
/// header   magic u16, version u8, flags u8, its length u32,
///          types: offset u32, length u32; strings: offset u32, length u32
/// types    name u32, info u32 (count 0-15, kind 24-28, flag 31), size or type u32, then what the
///          kind adds; numbered from 1, or from where the kernel's end
/// strings  each up to its NUL; offsets begin where the kernel's end
/// ```
///
/// The bytes may be anyone's: every access is checked, and what cannot be read is a flaw. Source:
/// kernel document `bpf/btf.rst`.
struct KernelTypeTable {
  /// The kinds that are looked at.
  enum Kind: UInt32 {
    case structure = 4
    case union = 5
    case function = 12
  }

  /// The number of its first type.
  let firstType: UInt32
  /// The offset of its first string.
  private let firstString: UInt32
  let bytes: [UInt8]
  private let strings: Range<Int>
  /// Where each type is.
  private var positions: [UInt32] = []

  /// The number behind its last type.
  var endOfTypes: UInt32 { firstType + UInt32(positions.count) }
  private var endOfStrings: UInt32 { firstString + UInt32(strings.count) }

  /// Walks once over all types.
  ///
  /// - Parameters:
  ///   - bytes: a whole file, such as `/sys/kernel/btf/vmlinux`.
  ///   - base: the kernel's types, where the file is a module's.
  /// - Throws: what is wrong with the bytes.
  init(parsing bytes: [UInt8], after base: KernelTypeTable? = nil) throws(KernelTypeError) {
    let span = bytes.span
    guard span.count >= 24 else { throw .truncated("header") }
    let magic = span.uint16(at: 0)
    guard magic == 0xeb9f else { throw .magic(magic) }
    guard span[2] == 1 else { throw .version(span[2]) }
    let header = Int(span.uint32(at: 4))
    guard header >= 24, header <= span.count else { throw .truncated("header") }
    let types = try Self.block(span, at: 8, behind: header, "types")
    strings = try Self.block(span, at: 16, behind: header, "strings")
    guard let last = strings.last, span[last] == 0 else { throw .unterminated }
    firstType = base?.endOfTypes ?? 1
    firstString = base?.endOfStrings ?? 0
    // Numbers of types and strings stay below 2^32.
    guard UInt64(firstString) + UInt64(strings.count) < UInt64(UInt32.max),
      UInt64(firstType) + UInt64(types.count / 12) < UInt64(UInt32.max)
    else { throw .stranger }
    positions.reserveCapacity(types.count / 24)
    var position = types.lowerBound
    while position < types.upperBound {
      guard types.upperBound - position >= 12 else { throw .truncated("types") }
      let info = span.uint32(at: position + 4)
      let addition = try Self.addition(info)
      guard addition <= types.upperBound - position - 12 else { throw .truncated("types") }
      positions.append(UInt32(position))
      position += 12 + addition
    }
    self.bytes = bytes
  }

  private static func block(
    _ span: Span<UInt8>, at field: Int, behind header: Int, _ name: String
  ) throws(KernelTypeError) -> Range<Int> {
    let start = header + Int(span.uint32(at: field))
    let count = Int(span.uint32(at: field + 4))
    guard start <= span.count, count <= span.count - start, span.count <= Int(UInt32.max) else {
      throw .truncated(name)
    }
    return start..<start + count
  }

  /// The bytes that a type has behind the first 12.
  private static func addition(_ info: UInt32) throws(KernelTypeError) -> Int {
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

  /// The position of a type that is of this table, or nil.
  func position(of type: UInt32) -> Int? {
    guard type >= firstType, type < endOfTypes else { return nil }
    return Int(positions[Int(type - firstType)])
  }

  /// The numbers of the types of this table that are of a kind and have one of some names.
  ///
  /// - Returns: for each name its types, in the table's order.
  /// - Complexity: one look at each type, and at the first byte of each name of the kind.
  func types(_ kind: Kind, named names: [String], _ base: KernelTypeTable?) -> [[UInt32]] {
    var found = [[UInt32]](repeating: [], count: names.count)
    let wanted = names.map { Array($0.utf8) + [0] }
    var begins = [Bool](repeating: false, count: 256)
    for name in wanted { begins[Int(name[0])] = true }
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
      guard start < strings.upperBound, begins[Int(span[start])] else { continue }
      for (number, name) in wanted.enumerated() where hasString(offset, name) {
        found[number].append(firstType + UInt32(index))
      }
    }
    return found
  }

  /// Whether the string at an offset is `name`, which ends with its NUL.
  func hasString(_ offset: UInt32, _ name: [UInt8]) -> Bool {
    guard offset >= firstString, offset < endOfStrings else { return false }
    let start = strings.lowerBound + Int(offset - firstString)
    guard name.count <= strings.upperBound - start else { return false }
    return name.indices.allSatisfy { bytes[start + $0] == name[$0] }
  }
}
