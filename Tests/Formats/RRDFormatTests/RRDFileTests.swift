import RRDFormat
import TestSupport
import Testing

struct RRDFileTests {
  @Test("All that a file says is read, in its order, names that stand twice included")
  func whole() throws {
    let file = try RRDFile(RRDFileImage.example.bytes)
    #expect(file.timestamp == .fractional(1_700_000_000.25))
    #expect(file.values == RRDFileImage.example.values)
    #expect(
      file.metadata.sources == [
        RRDDataSource(
          "runs", .int64, .derive, meaning: "Runs.", units: "/s", least: 0, isDefault: true),
        RRDDataSource(
          "busy", .float, .gauge, owner: .vm(uuid: "0a"), units: "(fraction)", least: 0,
          greatest: 1, isInverse: true),
        RRDDataSource("busy", .int64, .absolute, owner: .storage(uuid: "0b")),
      ])
    #expect(file.metadata.hasValues)
  }

  @Test("The least file, and what may stand behind one")
  func least() throws {
    var image = RRDFileImage()
    #expect(try RRDFile(image.bytes).metadata.sources.isEmpty)
    image.tail = [UInt8](repeating: 0xff, count: 5000)
    #expect(try RRDFile(image.bytes).values.isEmpty)
    // The C library counts the NUL at the end of its text.
    image.metadata += "\0\0"
    #expect(try RRDFile(image.bytes).metadata.sources.isEmpty)
  }

  @Test(
    "Both timestamps that are in use, and what is none",
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
    "What is no time",
    arguments: [
      Double.nan.bitPattern, Double.infinity.bitPattern, (-1.0).bitPattern, 1e300.bitPattern, .max,
      0x1p40.bitPattern,
    ])
  func badTimestamps(raw: UInt64) {
    var image = RRDFileImage()
    image.timestamp = raw
    #expect(throws: RRDFormatError.timestamp(raw)) { try RRDFile(image.bytes) }
  }

  @Test("A time beyond 64 bits of nanoseconds has no span", arguments: [1 << 39, 18e9.bitPattern])
  func farTimestamps(raw: UInt64) {
    #expect(RRDTimestamp(raw)?.realtime == nil)
  }

  @Test(
    "What a member may say, and what not",
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
  func members(text: String, wrong: String?) throws {
    var image = RRDFileImage()
    image.values = [0]
    image.metadata = #"{"datasources":{"a":{"value_type":"float",\#(text)}}}"#
    if let wrong {
      #expect(throws: RRDFormatError.field(source: "a", field: wrong)) { try RRDFile(image.bytes) }
    } else {
      #expect(try RRDFile(image.bytes).metadata.sources.count == 1)
    }
  }

  @Test(
    "What is no metadata",
    arguments: [
      "", "[]", "{}", "{\"datasources\":[]}", "{\"datasources\":{}} {}",
      "{\"datasources\":{\"a\":{\"value_type\":\"float\"}}",
    ])
  func noMetadata(text: String) {
    var image = RRDFileImage()
    image.metadata = text
    #expect { try RRDFile(image.bytes) } throws: { error in
      if case .json = error as? RRDFormatError { true } else { false }
    }
  }

  @Test("A data source needs a type of value and a name")
  func needed() {
    var image = RRDFileImage()
    image.values = [0]
    image.metadata = #"{"datasources":{"a":{}}}"#
    #expect(throws: RRDFormatError.field(source: "a", field: "value_type")) {
      try RRDFile(image.bytes)
    }
    image.metadata = #"{"datasources":{"":{"value_type":"float"}}}"#
    #expect(throws: RRDFormatError.field(source: "", field: "name")) { try RRDFile(image.bytes) }
  }

  @Test("Another number of data sources than is described is refused")
  func count() {
    var image = RRDFileImage()
    image.values = [1]
    #expect(throws: RRDFormatError.count(stated: 1, described: 0)) { try RRDFile(image.bytes) }
  }

  @Test("A file of protocol V1 is refused by its name")
  func version1() {
    let text = "DATASOURCES\n00000012\n0123456789abcdef0123456789abcdef\n{\"datasources\":{}}"
    #expect(throws: RRDFormatError.version1) { try RRDFile(Array(text.utf8)) }
  }

  @Test("A checksum that begins with a line feed makes no file of protocol V1")
  func lineFeed() throws {
    var image = RRDFileImage()
    image.values = [0]
    image.metadata = #"{"datasources":{"a":{"value_type":"int64"}}}"#
    while image.bytes[11] != 0x0a { image.values[0] += 1 }
    #expect(try RRDFile(image.bytes).values == image.values)
  }

  @Test("No number of data sources or bytes that is stated makes a reader take memory for it")
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

  @Test("Every beginning of a file is refused")
  func truncated() {
    let bytes = RRDFileImage.example.bytes
    for count in bytes.indices {
      #expect(throws: RRDFormatError.self) { try RRDFile(Array(bytes[..<count])) }
    }
  }

  @Test("Every change of a byte is noticed")
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

  @Test("Whatever the metadata is changed to, it is read as something legal or refused")
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
        #expect(!source.least.isNaN && !source.greatest.isNaN)
      }
    }
    // Names and texts may be others.
    #expect(accepted > 0)
  }

  @Test("Noise is refused, whatever it begins with")
  func noise() {
    var random = SeededGenerator(seed: 3)
    for round in 0..<20_000 {
      var bytes = (0..<random.below(200)).map { _ in UInt8(random.below(256)) }
      if round.isMultiple(of: 2) { bytes = RRDLayout.magic + bytes }
      // Small counts, so that more of it is looked at.
      if round.isMultiple(of: 4), bytes.count > 35 {
        bytes.setBigEndian(UInt32(random.below(4)), at: 19)
      }
      #expect(throws: RRDFormatError.self) { try RRDFile(bytes) }
    }
  }
}
