/// The CRC-32 of zlib, gzip and IEEE 802.3: polynomial 0x04c11db7, reflected.
public struct Checksum: Sendable {
  /// The register after each possible byte, starting from zero.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { register, _ in
      register >> 1 ^ (register & 1 == 1 ? 0xedb8_8320 : 0)
    }
  }

  private var register: UInt32 = .max

  public init() {}

  /// The checksum of the bytes added so far.
  public var value: UInt32 { ~register }

  /// Adds a range of an array.
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

  /// Returns the checksum of a range of an array.
  public static func of(_ bytes: [UInt8], in range: Range<Int>) -> UInt32 {
    var checksum = Checksum()
    checksum.add(bytes, in: range)
    return checksum.value
  }
}
