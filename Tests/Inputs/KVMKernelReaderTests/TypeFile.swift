@testable import KVMKernelReader

/// A BTF file that a test builds, in which every rule can be violated.
struct TypeFile {
  var magic: UInt16 = 0xeb9f
  var version: UInt8 = 1
  var headerLength = 24
  var types: [UInt8] = []
  var strings: [UInt8] = [0]
  /// The offset of the first string in the file of a module.
  var firstString = 0
  var typesLength: Int?
  var stringsLength: Int?

  static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    let bytes = (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    #if _endian(little)
    return bytes
    #else
    return bytes.reversed()
    #endif
  }

  /// Adds a string and returns its offset.
  mutating func string(_ text: String) -> Int {
    if text.isEmpty { return 0 }
    defer { strings += Array(text.utf8) + [0] }
    return firstString + strings.count
  }

  /// Adds a type; `more` are the words after the name, info and size.
  mutating func add(
    _ kind: Int, _ name: String, count: Int = 0, size: Int = 0, flag: Bool = false,
    _ more: [Int] = []
  ) {
    let info = UInt32(kind << 24 | count) | (flag ? 1 << 31 : 0)
    types += Self.bytes(UInt32(string(name))) + Self.bytes(info) + Self.bytes(UInt32(size))
    for word in more { types += Self.bytes(UInt32(word)) }
  }

  /// Adds a structure or union; a member is a name, a type and an offset in bits.
  mutating func addStructure(
    _ name: String, size: Int, kind: Int = 4, flag: Bool = false, _ members: [(String, Int, Int)]
  ) {
    let words = members.flatMap { [string($0.0), $0.1, $0.2] }
    add(kind, name, count: members.count, size: size, flag: flag, words)
  }

  var bytes: [UInt8] {
    var file = Self.bytes(magic) + [version, 0] + Self.bytes(UInt32(headerLength))
    for field in [0, typesLength ?? types.count, types.count, stringsLength ?? strings.count] {
      file += Self.bytes(UInt32(field))
    }
    return file + types + strings
  }

  /// Types of all kinds and a structure `outer`.
  ///
  /// `outer` has `plain` at byte 4, `deep` at 24 in an anonymous union in an anonymous structure,
  /// and the bit field `flagged`.
  static var example: TypeFile {
    var file = TypeFile()
    file.add(1, "int", size: 4, [32])
    file.add(2, "", size: 1)
    file.add(3, "", [1, 1, 7])
    file.add(6, "colour", count: 2, size: 4, [file.string("RED"), 0, file.string("BLUE"), 1])
    file.add(7, "forward")
    for kind in [8, 9, 10, 11, 18] { file.add(kind, "alias", size: 1) }
    file.add(13, "", count: 1, size: 1, [0, 1])
    file.add(12, "call_me", size: 11)
    file.add(14, "variable", size: 1, [0])
    file.add(15, ".data", count: 1, size: 4, [13, 0, 4])
    file.add(16, "double", size: 8)
    file.add(17, "tag", size: 1, [0])
    file.add(19, "wide", count: 1, size: 8, [file.string("ONE"), 1, 0])
    file.addStructure("", size: 8, kind: 5, [("shallow", 1, 0), ("deep", 1, 0)])
    file.addStructure("", size: 16, [("", 18, 64)])
    file.addStructure(
      "outer", size: 48, flag: true,
      [("first", 1, 0), ("plain", 1, 32), ("", 19, 128), ("flagged", 1, 3 << 24 | 320)])
    return file
  }
}
