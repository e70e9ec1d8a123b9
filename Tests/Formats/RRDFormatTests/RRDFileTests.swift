import RRDFormat
import TestSupport
import Testing

struct RRDFileTests {
  @Test("All fields of a file are parsed in order, including repeated names")
  func whole() throws {
    let file = try RRDFile(RRDFileImage.example.bytes)
    #expect(file.timestamp == .fractional(1_700_000_000.25))
    #expect(file.values == RRDFileImage.example.values)
    #expect(
      file.metadata.sources == [
        RRDDataSource(
          "runs", .int64, .derive, meaning: "Runs.", units: "/s", minimum: 0, isDefault: true),
        RRDDataSource(
          "busy", .float, .gauge, owner: .vm(uuid: "0a"), units: "(fraction)", minimum: 0,
          maximum: 1, isInverse: true),
        RRDDataSource("busy", .int64, .absolute, owner: .storage(uuid: "0b")),
      ])
    #expect(file.metadata.hasValues)
  }

  @Test("The smallest file, a file with a tail and metadata with NULs are valid")
  func smallest() throws {
    var image = RRDFileImage()
    #expect(try RRDFile(image.bytes).metadata.sources.isEmpty)
    image.tail = [UInt8](repeating: 0xff, count: 5000)
    #expect(try RRDFile(image.bytes).values.isEmpty)
    // A writer in C may include the terminating NUL of its text.
    image.metadata += "\0\0"
    #expect(try RRDFile(image.bytes).metadata.sources.isEmpty)
  }

  @Test(
    "Both forms of timestamps are converted to intervals",
    arguments: [
      (0, 0, 999_999_999), (1_700_000_000, 1_700_000_000_000_000_000, 1_700_000_000_999_999_999),
      (1_700_000_000.25.bitPattern, 1_700_000_000_250_000_000, 1_700_000_000_250_000_000),
      (17_999_999_999.0.bitPattern, 17_999_999_999_000_000_000, 17_999_999_999_000_000_000),
    ] as [(UInt64, UInt64, UInt64)])
  func timestamps(raw: UInt64, begin: UInt64, end: UInt64) throws {
    let span = try #require(RRDTimestamp(raw)?.realtime)
    #expect(span.begin == begin && span.end == end)
  }

  @Test(
    "An invalid timestamp is rejected",
    arguments: [
      Double.nan.bitPattern, Double.infinity.bitPattern, (-1.0).bitPattern, 1e300.bitPattern, .max,
      0x1p40.bitPattern,
    ])
  func badTimestamps(raw: UInt64) {
    var image = RRDFileImage()
    image.timestamp = raw
    #expect(throws: RRDFormatError.timestamp(raw)) { try RRDFile(image.bytes) }
  }

  @Test("A time beyond 64 bits of nanoseconds is rejected", arguments: [1 << 39, 18e9.bitPattern])
  func farTimestamps(raw: UInt64) {
    #expect(RRDTimestamp(raw)?.realtime == nil)
  }

  @Test(
    "Members with defined values are accepted, others are rejected",
    arguments: [
      (#""type":"gauge""#, nil), (#""type":"count""#, "type"), (#""type":1"#, "type"),
      (#""owner":"host""#, nil), (#""owner":"vm""#, "owner"), (#""owner":"vm ""#, "owner"),
      (#""owner":"vm a/b""#, "owner"), (#""owner":"pif 1""#, "owner"),
      (#""min":"-inf","max":"inf""#, nil), (#""min":"-infinity","max":"infinity""#, nil),
      (#""min":-1.5,"max":2e3"#, nil), (#""min":"nan""#, "min"), (#""max":"0x10""#, "max"),
      (#""max":"""#, "max"), (#""default":true"#, nil), (#""default":"yes""#, "default"),
      (#""transform":"identity""#, nil), (#""transform":"log""#, "transform"),
      (#""units":null"#, "units"), (#""units":"a","units":"b""#, "units"),
      (#""description":["a"]"#, "description"), (#""value_type":"float""#, "value_type"),
    ] as [(String, String?)])
  func members(text: String, invalid: String?) throws {
    var image = RRDFileImage()
    image.values = [0]
    image.metadata = #"{"datasources":{"a":{"value_type":"float",\#(text)}}}"#
    if let invalid {
      #expect(throws: RRDFormatError.field(source: "a", field: invalid)) {
        try RRDFile(image.bytes)
      }
    } else {
      #expect(try RRDFile(image.bytes).metadata.sources.count == 1)
    }
  }

  @Test(
    "Invalid metadata is rejected",
    arguments: [
      "", "[]", "{}", "{\"datasources\":[]}", "{\"datasources\":{}} {}",
      "{\"datasources\":{\"a\":{\"value_type\":\"float\"}}",
    ])
  func invalidMetadata(text: String) {
    var image = RRDFileImage()
    image.metadata = text
    #expect { try RRDFile(image.bytes) } throws: { error in
      if case .json = error as? RRDFormatError { true } else { false }
    }
  }

  @Test("A data source without a value type or a name is rejected")
  func required() {
    var image = RRDFileImage()
    image.values = [0]
    image.metadata = #"{"datasources":{"a":{}}}"#
    #expect(throws: RRDFormatError.field(source: "a", field: "value_type")) {
      try RRDFile(image.bytes)
    }
    image.metadata = #"{"datasources":{"":{"value_type":"float"}}}"#
    #expect(throws: RRDFormatError.field(source: "", field: "name")) { try RRDFile(image.bytes) }
  }

  @Test("A header and metadata with different numbers of data sources are rejected")
  func count() {
    var image = RRDFileImage()
    image.values = [1]
    #expect(throws: RRDFormatError.count(stated: 1, described: 0)) { try RRDFile(image.bytes) }
  }

  @Test("A file of protocol V1 is rejected with an error of its own")
  func version1() {
    let text = "DATASOURCES\n00000012\n0123456789abcdef0123456789abcdef\n{\"datasources\":{}}"
    #expect(throws: RRDFormatError.version1) { try RRDFile(Array(text.utf8)) }
  }

  @Test("A checksum that begins with a line feed is not taken for protocol V1")
  func lineFeed() throws {
    var image = RRDFileImage()
    image.values = [0]
    image.metadata = #"{"datasources":{"a":{"value_type":"int64"}}}"#
    while image.bytes[11] != 0x0a { image.values[0] += 1 }
    #expect(try RRDFile(image.bytes).values == image.values)
  }

  @Test("Implausible counts and lengths are rejected")
  func huge() {
    var bytes = RRDFileImage().bytes
    bytes.setBigEndian(UInt32.max, at: 19)
    #expect(throws: RRDFormatError.tooMany(4_294_967_295)) { try RRDFile(bytes) }
    bytes.setBigEndian(UInt32(1 << 20), at: 19)
    #expect(throws: RRDFormatError.short(bytes: 53, needed: 8_388_643)) { try RRDFile(bytes) }
    bytes.setBigEndian(UInt32(0), at: 19)
    bytes.setBigEndian(UInt32.max, at: 31)
    #expect(throws: RRDFormatError.longMetadata(4_294_967_295)) { try RRDFile(bytes) }
  }

  // MARK: - Damage

  @Test("Every proper prefix of a file is rejected")
  func truncated() {
    let bytes = RRDFileImage.example.bytes
    for count in bytes.indices {
      #expect(throws: RRDFormatError.self) { try RRDFile(Array(bytes[..<count])) }
    }
  }

  @Test("Every change of a byte is detected")
  func flipped() {
    let bytes = RRDFileImage.example.bytes
    for index in bytes.indices {
      for change in [1, 0x80, 0xff] as [UInt8] {
        var damaged = bytes
        damaged[index] ^= change
        #expect(throws: RRDFormatError.self, "byte \(index)") { try RRDFile(damaged) }
      }
    }
  }

  @Test("Randomly changed metadata is valid or rejected")
  func changedMetadata() {
    var random = SeededGenerator(seed: 2)
    let text = Array(RRDFileImage.example.metadata.utf8)
    var accepted = 0
    for _ in 0..<20_000 {
      var changed = text
      for _ in 0...random.below(3) {
        let index = random.below(changed.count)
        switch random.below(3) {
        case 0: changed[index] = UInt8(random.below(128))
        case 1: changed.remove(at: index)
        default: changed.insert(changed[random.below(changed.count)], at: index)
        }
      }
      guard let metadata = try? RRDMetadata(changed, in: changed.indices) else { continue }
      accepted += 1
      for source in metadata.sources {
        #expect(!source.name.isEmpty && RRDDataSource.Owner("\(source.owner)") == source.owner)
        #expect(!source.minimum.isNaN && !source.maximum.isNaN)
      }
    }
    // Some changes affect only names and texts.
    #expect(accepted > 0)
  }

  @Test("Random bytes are rejected, with and without the magic")
  func noise() {
    var random = SeededGenerator(seed: 3)
    for round in 0..<20_000 {
      var bytes = (0..<random.below(200)).map { _ in UInt8(random.below(256)) }
      if round.isMultiple(of: 2) { bytes = RRDLayout.magic + bytes }
      // A small count, so that the parser reaches the metadata.
      if round.isMultiple(of: 4), bytes.count > 35 {
        bytes.setBigEndian(UInt32(random.below(4)), at: 19)
      }
      #expect(throws: RRDFormatError.self) { try RRDFile(bytes) }
    }
  }
}
