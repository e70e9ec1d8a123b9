import Statistics
import Testing

@Suite struct KVMDescriptorTests {
  private func schema(_ descriptors: [RawDescriptor], nameSize: Int = 48) throws -> Schema {
    let header = try KVMHeader(
      parsing: RawHeader(nameSize: UInt32(nameSize), count: UInt32(descriptors.count)).bytes.span)
    let bytes = descriptors.flatMap { $0.bytes(nameSize: nameSize) }
    return try Schema(kvmDescriptors: bytes.span, header: header)
  }

  @Test("Every field is parsed from its offset")
  func fields() throws {
    let raw = RawDescriptor(
      "halt_wait_hist", flags: 0x24, exponent: -9, size: 32, offset: 848, bucketSize: 7)
    let statistic = try #require(try schema([raw]).statistics.first)
    #expect(
      statistic
        == Statistic(
          "halt_wait_hist", .logHistogram, unit: .seconds, scale: .nano, size: 32, offset: 848,
          bucketSize: 7))
  }

  @Test(
    "The kind is in bits 0 to 3",
    arguments: zip(
      0..<16 as Range<UInt32>,
      [.cumulative, .instant, .peak, .linearHistogram, .logHistogram]
        + (5..<16).map { Kind.unknown($0) }))
  func kinds(flags: UInt32, kind: Kind) throws {
    #expect(try schema([RawDescriptor("x", flags: flags)]).statistics.first?.kind == kind)
  }

  @Test(
    "The unit is in bits 4 to 7",
    arguments: zip(
      0..<16 as Range<UInt32>,
      [.none, .bytes, .seconds, .cycles, .boolean] + (5..<16).map { Unit.unknown($0) }))
  func units(bits: UInt32, unit: Unit) throws {
    #expect(try schema([RawDescriptor("x", flags: bits << 4)]).statistics.first?.unit == unit)
  }

  @Test(
    "The base is in bits 8 to 11",
    arguments: zip(
      0..<16 as Range<UInt32>, [.ten, .two] + (2..<16).map { Scale.Base.unknown($0) }))
  func bases(bits: UInt32, base: Scale.Base) throws {
    let statistic = try schema([RawDescriptor("x", flags: bits << 8)]).statistics.first
    #expect(statistic?.scale.base == base)
  }

  @Test(
    "All bits of the flags are kept",
    arguments: [0, 0x24, 0xfff, 0x1000, 0x8000_0000, 0xffff_f000, 0xffff_ffff] as [UInt32])
  func flags(flags: UInt32) throws {
    let statistic = try #require(try schema([RawDescriptor("x", flags: flags)]).statistics.first)
    #expect(statistic.kvmFlags == flags)
    #expect(statistic.reservedFlags == flags & 0xffff_f000)
  }

  @Test("A state is encoded as an instant value")
  func state() {
    #expect(Statistic("x", .state, states: ["off", "on"]).kvmFlags == 1)
  }

  @Test("The exponent is signed", arguments: [Int16.min, -9, 0, 20, .max])
  func exponent(exponent: Int16) throws {
    let statistic = try schema([RawDescriptor("x", exponent: exponent)]).statistics.first
    #expect(statistic?.scale.exponent == exponent)
  }

  @Test(
    "A name ends at its first NUL or at name_size",
    arguments: [
      (Array("exits".utf8), 16, "exits"), ([], 16, ""), (Array("12345678".utf8), 8, "12345678"),
      ([0x61, 0, 0x62], 8, "a"), ([0x61, 0xff, 0x62], 8, "a\u{fffd}b"),
      ([0xe2, 0x82], 2, "\u{fffd}"),
      (Array("x".utf8), 0, ""),
      (Array(repeating: 0x6e, count: 300), 304, String(repeating: "n", count: 300)),
    ] as [([UInt8], Int, String)])
  func name(bytes: [UInt8], nameSize: Int, name: String) throws {
    var raw = RawDescriptor("")
    raw.name = bytes
    #expect(try schema([raw, raw], nameSize: nameSize).statistics.map(\.name) == [name, name])
  }

  @Test("Words may have another order than descriptors, and gaps")
  func order() throws {
    let schema = try schema([
      RawDescriptor("c", offset: 112), RawDescriptor("a", size: 2, offset: 0),
      RawDescriptor("b", offset: 104),
    ])
    #expect(schema.statistics.map(\.name) == ["c", "a", "b"])
    #expect(schema.statistics.map(\.words) == [14..<15, 0..<2, 13..<14])
    #expect(schema.wordCount == 15)
  }

  @Test(
    "An offset that is not a multiple of 8 is rejected",
    arguments: [1, 4, 7, 0xffff_ffff] as [UInt32])
  func misaligned(offset: UInt32) {
    #expect(throws: KVMFormatError.invalidSchema(.misaligned(name: "x", offset: Int(offset)))) {
      try schema([RawDescriptor("x", offset: offset)])
    }
  }

  @Test("A record of more than 2 Mi words is rejected")
  func far() throws {
    let last = UInt32(Schema.maximumWordCount - 1) * 8
    #expect(try schema([RawDescriptor("x", offset: last)]).wordCount == Schema.maximumWordCount)
    #expect(
      throws: KVMFormatError.invalidSchema(.tooLarge(name: "x", words: Schema.maximumWordCount + 1))
    ) {
      try schema([RawDescriptor("x", size: 2, offset: last)])
    }
  }

  @Test("A file without descriptors has an empty schema")
  func none() throws {
    let schema = try schema([])
    #expect(schema.statistics.isEmpty)
    #expect(schema.wordCount == 0)
  }

  @Test("A statistic of size 0 is kept and has no words")
  func empty() throws {
    let schema = try schema([RawDescriptor("x", flags: 4, size: 0, offset: 16)])
    let statistic = try #require(schema["x"])
    #expect(statistic.words.isEmpty)
    #expect(Histogram(of: statistic, in: [0, 0].span) == nil)
  }

  @Test("The first of two statistics with the same name is found")
  func duplicate() throws {
    let schema = try schema([
      RawDescriptor("a", offset: 16), RawDescriptor("x", offset: 8), RawDescriptor("x", offset: 0),
    ])
    #expect(schema.statistics.count == 3)
    #expect(schema.index(of: "x") == 1)
    #expect(schema["x"]?.offset == 8)
    #expect(schema["y"] == nil)
  }

  @Test("A block that is one byte too short is rejected")
  func truncated() throws {
    let header = try KVMHeader(parsing: RawHeader(count: 2).bytes.span)
    let bytes = [UInt8](repeating: 0, count: 127)
    #expect(throws: KVMFormatError.truncated(.descriptors, needed: 128, found: 127)) {
      try Schema(kvmDescriptors: bytes.span, header: header)
    }
  }
}
