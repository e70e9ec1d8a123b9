import Statistics
import Testing

@Suite struct SchemaTests {
  private let vcpu = Schema(packing: [
    Statistic("halt_wait_ns", .cumulative, unit: .seconds, scale: .nano),
    Statistic("halt_wait_hist", .logHistogram, unit: .seconds, scale: .nano, size: 32),
    Statistic("exits", .cumulative),
  ])

  @Test("Packing ignores offsets and leaves no gaps")
  func packing() {
    var far = Statistic("far", .peak)
    far.offset = 4096
    let schema = Schema(packing: [Statistic("h", .logHistogram, size: 3), far])
    #expect(schema.statistics.map(\.offset) == [0, 24])
    #expect(schema.wordCount == 4)
  }

  @Test("The hash is the same in every version and process")
  func golden() {
    // Computed independently in Python. A change breaks the compatibility of recordings.
    #expect(vcpu.hash == 0x3b7a_6dde_873d_d513)
    #expect(vcpu.hashText == "3b7a6dde873dd513")
    #expect(Schema(packing: []).hash == 0xcbf2_9ce4_8422_2325)
    #expect(Schema(packing: []).hashText == "cbf29ce484222325")
  }

  @Test(
    "Each property that determines the interpretation of words changes the hash",
    arguments: [
      Statistic("b", .instant), Statistic("a", .cumulative), Statistic("a", .state),
      Statistic("a", .instant, unit: .bytes),
      Statistic("a", .instant, scale: Scale(base: .two, exponent: 0)),
      Statistic("a", .instant, scale: .nano), Statistic("a", .instant, size: 2),
      Statistic("a", .instant, offset: 8), Statistic("a", .instant, bucketSize: 1),
      Statistic("a", .instant, isSigned: true), Statistic("a", .instant, states: [""]),
      Statistic("a", .instant, reservedFlags: 0x1000),
    ])
  func facts(other: Statistic) throws {
    let (one, two) = (try Schema([Statistic("a", .instant)]), try Schema([other]))
    #expect(one.hash != two.hash)
    #expect(one != two)
  }

  @Test("Stability and cost affect equality but not the hash")
  func learnt() throws {
    let one = try Schema([Statistic("a", .instant)])
    let two = try Schema([Statistic("a", .instant, stability: .stable, cost: .heavy)])
    #expect(one.hash == two.hash)
    #expect(one != two)
  }

  @Test("The hash separates adjacent texts")
  func joints() throws {
    let one = try Schema([Statistic("a", .state, states: ["bc", "d"])])
    let two = try Schema([Statistic("a", .state, states: ["b", "cd"])])
    #expect(one.hash != two.hash)
  }

  @Test(
    "Invalid offsets and sizes are rejected",
    arguments: [
      (Statistic("a", .instant, offset: -8), SchemaError.misaligned(name: "a", offset: -8)),
      (Statistic("a", .instant, offset: 12), .misaligned(name: "a", offset: 12)),
      (Statistic("a", .instant, size: 2_097_153), .tooLarge(name: "a", words: 2_097_153)),
      (Statistic("a", .instant, size: .max, offset: 8), .tooLarge(name: "a", words: .max)),
      (Statistic("a", .instant, size: .max, offset: .max - 7), .tooLarge(name: "a", words: .max)),
    ])
  func invalid(statistic: Statistic, error: SchemaError) {
    #expect(throws: error) { try Schema([statistic]) }
  }

  @Test("A negative size is rejected")
  func negativeSize() {
    #expect(throws: SchemaError.self) { try Schema([Statistic("a", .instant, size: -1)]) }
  }

  @Test("The sum of a histogram is the counter with the same stem, unit and scale")
  func sum() throws {
    let histogram = try #require(vcpu["halt_wait_hist"])
    #expect(vcpu.indexOfSum(of: histogram) == 0)
    #expect(vcpu.indexOfSum(of: try #require(vcpu["exits"])) == nil)
  }

  @Test(
    "Other statistics are not the sum of a histogram",
    arguments: [
      Statistic("halt_wait_ns", .instant, unit: .seconds, scale: .nano),
      Statistic("halt_wait_ns", .cumulative, scale: .nano),
      Statistic("halt_wait_ns", .cumulative, unit: .seconds, scale: .micro),
      Statistic("halt_wait_long_ns", .cumulative, unit: .seconds, scale: .nano),
      Statistic("halt_waits_ns", .cumulative, unit: .seconds, scale: .nano),
      Statistic("halt_ns", .cumulative, unit: .seconds, scale: .nano),
    ])
  func noSum(other: Statistic) throws {
    let histogram = Statistic(
      "halt_wait_hist", .logHistogram, unit: .seconds, scale: .nano, size: 32)
    #expect(Schema(packing: [other, histogram]).indexOfSum(of: histogram) == nil)
  }

  @Test("A histogram without an underscore has no sum")
  func noStem() {
    let schema = Schema(packing: [
      Statistic("hist", .logHistogram, size: 2), Statistic("ns", .cumulative),
    ])
    #expect(schema.indexOfSum(of: schema.statistics[0]) == nil)
  }
}
