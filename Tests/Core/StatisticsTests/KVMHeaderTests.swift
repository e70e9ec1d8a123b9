import CAllocations
import Statistics
import Testing

@Suite struct KVMHeaderTests {
  @Test("Every field is parsed from its offset")
  func fields() throws {
    let raw = RawHeader(
      flags: 0x8000_0001, nameSize: 96, count: 3, idOffset: 4096, descriptorOffset: 512,
      dataOffset: 24)
    let header = try KVMHeader(parsing: raw.bytes.span)
    #expect(header.flags == 0x8000_0001)
    #expect(header.nameSize == 96)
    #expect(header.descriptorCount == 3)
    #expect(header.idOffset == 4096)
    #expect(header.descriptorOffset == 512)
    #expect(header.dataOffset == 24)
    #expect(header.descriptorStride == 112)
    #expect(header.descriptorByteCount == 336)
  }

  @Test("Bytes after the header are ignored")
  func tail() throws {
    let bytes = RawHeader(count: 2).bytes
    let header = try KVMHeader(parsing: bytes.span)
    #expect(try KVMHeader(parsing: (bytes + [1, 2, 3]).span) == header)
  }

  @Test("A truncated header is rejected", arguments: 0..<24)
  func short(count: Int) {
    let bytes = Array(RawHeader(count: 2).bytes.prefix(count))
    #expect(throws: KVMFormatError.truncated(.header, needed: 24, found: count)) {
      try KVMHeader(parsing: bytes.span)
    }
  }

  @Test(
    "Descriptors of more than 16 MiB are rejected with their size",
    arguments: [
      (48, 262_145, 262_145 * 64), (0, .max, 0xffff_ffff * 16), (.max, 1, 0xffff_ffff + 16),
      (1 << 24, 1, 1 << 24 + 16), (0x7fff_ffff, 0x7fff_ffff, (0x7fff_ffff + 16) * 0x7fff_ffff),
    ] as [(UInt32, UInt32, Int)])
  func huge(nameSize: UInt32, count: UInt32, size: Int) {
    let bytes = RawHeader(nameSize: nameSize, count: count).bytes
    allocations_reset()
    #expect(throws: KVMFormatError.tooLarge(.descriptors, byteCount: size)) {
      try KVMHeader(parsing: bytes.span)
    }
    #expect(allocations_largest() < 1 << 20)
  }

  @Test("A size that exceeds 64 bits is rejected")
  func overflow() {
    let bytes = RawHeader(nameSize: .max, count: .max).bytes
    #expect(throws: KVMFormatError.tooLarge(.descriptors, byteCount: .max)) {
      try KVMHeader(parsing: bytes.span)
    }
  }

  @Test("A name size of more than 16 MiB is rejected even without descriptors")
  func hugeName() {
    let bytes = RawHeader(nameSize: .max, count: 0).bytes
    #expect(throws: KVMFormatError.tooLarge(.id, byteCount: 0xffff_ffff)) {
      try KVMHeader(parsing: bytes.span)
    }
  }

  @Test("Descriptors of 16 MiB are accepted")
  func largest() throws {
    let header = try KVMHeader(parsing: RawHeader(nameSize: 48, count: 262_144).bytes.span)
    #expect(header.descriptorByteCount == 1 << 24)
  }

  @Test("A header with the maximum number of descriptors but few bytes allocates little")
  func promise() throws {
    let header = try KVMHeader(parsing: RawHeader(nameSize: 0, count: 1 << 20).bytes.span)
    let bytes = [UInt8](repeating: 0, count: 160)
    allocations_reset()
    #expect(throws: KVMFormatError.truncated(.descriptors, needed: 1 << 24, found: 160)) {
      try Schema(kvmDescriptors: bytes.span, header: header)
    }
    #expect(allocations_largest() < 1 << 20)
  }

  @Test(
    "An error has a description",
    arguments: [
      (
        KVMFormatError.truncated(.header, needed: 24, found: 3),
        "header block is truncated: 3 bytes, expected 24"
      ),
      (
        .tooLarge(.descriptors, byteCount: 99),
        "descriptors block is too large: 99 bytes"
      ),
      (
        .invalidSchema(.misaligned(name: "exits", offset: 12)),
        "invalid offset 12 of statistic 'exits': expected a multiple of 8"
      ),
    ])
  func description(error: KVMFormatError, text: String) {
    #expect(error.description == text)
  }
}
