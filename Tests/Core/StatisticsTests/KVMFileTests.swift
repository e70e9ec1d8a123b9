import Statistics
import Testing

@Suite struct KVMFileTests {
  /// Parses the result of `kvmFile` with the offsets in its header.
  private func reread(_ schema: Schema, id: String) throws -> (id: String, schema: Schema) {
    let file = try schema.kvmFile(id: id)
    let header = try KVMHeader(parsing: file.bytes.span)
    #expect(header == file.header)
    #expect(header.dataOffset == file.bytes.count)
    let bytes = file.bytes.span
    return (
      bytes.extracting(header.idOffset..<header.idOffset + header.nameSize).textBeforeNUL,
      try Schema(
        kvmDescriptors: bytes.extracting(header.descriptorOffset..<header.dataOffset),
        header: header)
    )
  }

  @Test("A statistic that the format cannot represent is rejected, not truncated")
  func inexpressible() throws {
    let wide = Schema(packing: [Statistic("wide", .logHistogram, size: 65_536)])
    #expect(throws: KVMFormatError.unrepresentable(name: "wide", size: 65_536)) {
      _ = try wide.kvmFile(id: "kvm-1")
    }
    let cut = Schema(packing: [Statistic("a\0b", .cumulative)])
    #expect(throws: KVMFormatError.unrepresentable(name: "a\0b", size: 1)) {
      _ = try cut.kvmFile(id: "kvm-1")
    }
  }

  @Test("An encoded file equals a file of the kernel")
  func golden() throws {
    let schema = Schema(packing: [
      Statistic("exits", .cumulative),
      Statistic("halt_wait_hist", .logHistogram, unit: .seconds, scale: .nano, size: 32),
    ])
    var expected = RawHeader(
      nameSize: 48, count: 2, idOffset: 24, descriptorOffset: 72, dataOffset: 200
    ).bytes
    expected += Array("kvm-1/vcpu-0".utf8) + Array(repeating: 0, count: 36)
    expected += RawDescriptor("exits").bytes(nameSize: 48)
    expected += RawDescriptor("halt_wait_hist", flags: 0x24, exponent: -9, size: 32, offset: 8)
      .bytes(nameSize: 48)
    #expect(try schema.kvmFile(id: "kvm-1/vcpu-0").bytes == expected)
  }

  @Test(
    "Names of any length are kept, and every offset is a multiple of 8",
    arguments: [0, 1, 46, 47, 48, 49, 55, 56, 57, 1000])
  func names(length: Int) throws {
    let name = String(repeating: "n", count: length)
    let schema = Schema(packing: [Statistic(name, .peak), Statistic("b", .instant)])
    #expect(try reread(schema, id: "kvm-1") == ("kvm-1", schema))
    #expect(try reread(Schema(packing: []), id: name).id == name)
    let header = try schema.kvmFile(id: "kvm-1").header
    for offset in [header.idOffset, header.descriptorOffset, header.dataOffset, header.nameSize] {
      #expect(offset.isMultiple(of: 8))
    }
  }

  @Test(
    "A KVM statistic is unchanged after encoding and parsing",
    arguments: [
      Statistic("a", .cumulative, unit: .bytes, scale: Scale(base: .two, exponent: 20)),
      Statistic("a", .instant, unit: .cycles, scale: Scale(base: .ten, exponent: .min)),
      Statistic("a", .peak, unit: .boolean, scale: Scale(base: .ten, exponent: .max)),
      Statistic("a", .linearHistogram, unit: .seconds, size: 65535, bucketSize: .max),
      Statistic("a", .logHistogram, size: 0),
      Statistic("a", .unknown(9), unit: .unknown(15), scale: Scale(base: .unknown(2), exponent: 1)),
      Statistic("a", .instant, offset: 800, reservedFlags: 0xffff_f000),
      Statistic("日本\u{fffd}", .instant),
    ])
  func roundTrip(statistic: Statistic) throws {
    let schema = try Schema([statistic, Statistic("last", .cumulative, offset: 8)])
    let result = try reread(schema, id: "kvm-1/vcpu-0")
    #expect(result.schema == schema)
    #expect(result.schema.statistics == schema.statistics)
    #expect(result.schema.hash == schema.hash)
    #expect(result.schema.wordCount == schema.wordCount)
  }
}
