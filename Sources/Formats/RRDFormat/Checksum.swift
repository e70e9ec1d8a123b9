/// The CRC-32 that zlib, gzip and IEEE 802.3 have: polynomial 0x04c11db7, reflected.
public struct Checksum: Sendable {
  /// Of each byte, what it does to an empty register.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { register, _ in
      register >> 1 ^ (register & 1 == 1 ? 0xedb8_8320 : 0)
    }
  }

  private var register: UInt32 = .max

  public init() {}

  /// The checksum of what was added.
  public var value: UInt32 { ~register }

  /// Adds a part of an array.
  ///
  /// - Complexity: O(*n*), without allocation.
  public mutating func add(_ bytes: [UInt8], in range: Range<Int>) {
    var register = register
    let table = Self.table
    for index in range {
      register = register >> 8 ^ table[Int(UInt8(truncatingIfNeeded: register) ^ bytes[index])]
    }
    self.register = register
  }

  /// The checksum of a part of an array.
  public static func of(_ bytes: [UInt8], in range: Range<Int>) -> UInt32 {
    var checksum = Checksum()
    checksum.add(bytes, in: range)
    return checksum.value
  }
}
