import FoundationEssentials
import Statistics
import Testing

@Suite struct SchemaJSONTests {
  private func decode(_ json: String) throws -> Schema {
    try JSONDecoder().decode(Schema.self, from: Data(json.utf8))
  }

  @Test(
    "A schema is unchanged after encoding and decoding",
    arguments: [
      Statistic("a", .cumulative, unit: .bytes, scale: Scale(base: .two, exponent: 20)),
      Statistic("a", .linearHistogram, unit: .seconds, scale: .nano, size: 7, bucketSize: .max),
      Statistic(
        "a", .logHistogram, unit: .cycles, scale: Scale(base: .ten, exponent: .min), size: 32),
      Statistic("a", .peak, unit: .boolean, scale: Scale(base: .ten, exponent: .max), offset: 4096),
      Statistic("a", .unknown(9), unit: .unknown(5), scale: Scale(base: .unknown(15), exponent: 1)),
      Statistic("a", .state, states: ["off", "", "on \"x\""], stability: .internal, cost: .heavy),
      Statistic("a", .instant, isSigned: true, stability: .stable, reservedFlags: 0xffff_f000),
      Statistic("日本\n", .instant, size: 0),
    ])
  func roundTrip(statistic: Statistic) throws {
    let schema = try Schema([statistic, Statistic("z", .instant, offset: 80)])
    let decoded = try JSONDecoder().decode(Schema.self, from: JSONEncoder().encode(schema))
    #expect(decoded == schema)
    #expect(decoded.statistics == schema.statistics)
    #expect(decoded.wordCount == schema.wordCount)
  }

  @Test("Missing keys have default values")
  func usual() throws {
    let schema = try decode(#"{"statistics":[{"name":"exits","kind":"cumulative"}]}"#)
    #expect(schema == (try Schema([Statistic("exits", .cumulative)])))
  }

  @Test("The word count and hash are computed, not decoded")
  func derived() throws {
    let schema = try decode(
      #"{"hash":"0000000000000000","words":999,"statistics":[{"name":"a","kind":"peak"}]}"#)
    #expect(schema.wordCount == 1)
    #expect(schema.hash == (try Schema([Statistic("a", .peak)])).hash)
  }

  @Test("The hash is encoded as text")
  func hash() throws {
    let text = String(decoding: try JSONEncoder().encode(Schema(packing: [])), as: UTF8.self)
    #expect(text.contains(#""hash":"cbf29ce484222325""#))
  }

  @Test(
    "Unknown names become unknown kinds, units and bases",
    arguments: [
      ("unknown(9)", 9), ("unknown(300)", 15), ("exponential", 15), ("", 15), ("whatever12x", 15),
      ("unknown(-1)", 15), ("unknown(9", 15),
    ] as [(String, UInt8)])
  func later(name: String, raw: UInt8) throws {
    let schema = try decode(
      #"{"statistics":[{"name":"a","kind":"\#(name)","unit":"\#(name)","base":"\#(name)"}]}"#)
    let statistic = try #require(schema.statistics.first)
    #expect(statistic.kind == .unknown(raw))
    #expect(statistic.unit == .unknown(raw))
    #expect(statistic.scale.base == .unknown(raw))
  }

  @Test(
    "Invalid JSON throws an error",
    arguments: [
      #"{"statistics":[{"name":"a","kind":"peak","offset":4}]}"#,
      #"{"statistics":[{"name":"a","kind":"peak","offset":-8}]}"#,
      #"{"statistics":[{"name":"a","kind":"peak","size":-1}]}"#,
      #"{"statistics":[{"name":"a","kind":"peak","size":2097153}]}"#,
      #"{"statistics":[{"name":"a","kind":"peak","size":9223372036854775807,"offset":8}]}"#,
      #"{"statistics":[{"name":"a","kind":"peak","bucket_size":4294967296}]}"#,
      #"{"statistics":[{"name":"a","kind":"peak","exponent":40000}]}"#,
      #"{"statistics":[{"name":"a"}]}"#, #"{"statistics":[{"kind":"peak"}]}"#, "{}",
    ])
  func refused(json: String) {
    #expect(throws: DecodingError.self) { try decode(json) }
  }
}
