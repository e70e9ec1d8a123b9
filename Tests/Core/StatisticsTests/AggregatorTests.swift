import Statistics
import Testing

@Suite struct AggregatorTests {
  private static let all = AggregateFunction.allCases

  @Test(
    "All functions of an unsigned statistic are exact",
    arguments: [
      ([], [.max, .max, .max, .max, .max]), ([.max, .max], [.max, .max, .max, .max, .max]),
      ([5], [5, 5, 5, 5000, 0]), ([0], [0, 0, 0, 0, 1]),
      ([7, .max, 0, 1], [8, 0, 7, 2666, 1]),
      ([1 << 63, 1 << 63], [.max - 1, 1 << 63, 1 << 63, .max - 1, 0]),
      ([.max - 1, 1, .max], [.max - 1, 1, .max - 1, .max - 1, 0]),
      ([.max - 1, 0], [.max - 1, 0, .max - 1, .max - 1, 1]),
      ([1 << 60, 0], [1 << 60, 0, 1 << 60, .max - 1, 1]),
    ] as [([UInt64], [UInt64])])
  func unsigned(values: [UInt64], expected: [UInt64]) {
    let statistic = Statistic("a", .instant)
    #expect(aggregated(values.map { [$0] }, of: [statistic], by: Self.all) == expected)
  }

  @Test(
    "All functions of a signed statistic are exact",
    arguments: [
      // nil is the inactive marker.
      ([], [nil, nil, nil, nil, nil]), ([.min, .min], [nil, nil, nil, nil, nil]),
      ([-5, 2], [-3, -5, 2, -1500, 0]), ([-1, -1, 0], [-2, -1, 0, -666, 1]),
      ([-1, .min, -3], [-4, -3, -1, -2000, 0]),
      ([.max, 1], [.max, 1, .max, .max, 0]),
      ([.max, .max, -.max, -.max], [0, -.max, .max, 0, 0]),
      ([-.max, -1], [.min + 1, -.max, -1, .min + 1, 0]),
    ] as [([Int64], [Int64?])])
  func signed(values: [Int64], expected: [Int64?]) {
    let statistic = Statistic("a", .instant, isSigned: true)
    let result = aggregated(values.map { words($0) }, of: [statistic], by: Self.all)
    let markers = Array(repeating: Inactive.signed, count: 4) + [Inactive.unsigned]
    #expect(result == zip(expected, markers).map { $0.map { UInt64(bitPattern: $0) } ?? $1 })
  }

  @Test("Sums are exact after an intermediate overflow")
  func intermediate() {
    let values = Array(repeating: Int64.max, count: 300) + Array(repeating: -.max, count: 299)
    let scale = Scale(base: .unknown(3), exponent: 0)
    let statistic = Statistic("a", .instant, scale: scale, isSigned: true)
    let result = aggregated(values.map { words($0) }, of: [statistic], by: [.average, .sum])
    #expect(result == words(.max / 599, .max))
  }

  @Test(
    "Sums are exact near the limit of the fast path",
    arguments: [1, 63, 64, 65, 129, 300],
    [
      (1 << 58, false), (1 << 58 - 1, false), (1 << 57, true), (1 << 57 - 1, true),
      (-(1 << 57), true), (-(1 << 57) - 1, true),
    ] as [(Int64, Bool)])
  func large(count: Int, value: (number: Int64, isSigned: Bool)) {
    let statistic = Statistic(
      "a", .instant, scale: Scale(base: .unknown(3), exponent: 0), isSigned: value.isSigned)
    let sum = Int128(value.number) * Int128(count)
    // In full and partial lane blocks.
    for width in [1, 8, 11] {
      let statistics = Array(repeating: statistic, count: width)
      let records = Array(
        repeating: Array(repeating: words(value.number)[0], count: width), count: count)
      var aggregator = Aggregator(AggregateSchema(of: Schema(packing: statistics), by: [.average]))
      aggregator.add(records)
      aggregator.add([Array(repeating: 0, count: width)])
      let sums = (0..<width).map { aggregator.upstreamValue(of: $0, .sum) }
      #expect(sums == Array(repeating: UInt64(truncatingIfNeeded: sum), count: width))
      let average = UInt64(bitPattern: Int64(sum / Int128(count + 1)))
      let record = aggregator.written()
      #expect(record == Array(repeating: average, count: width))
    }
  }

  @Test(
    "Averages have three decimals or units of 1/1024 and are rounded towards zero",
    arguments: [
      (Scale.one, [1, 0, 0], 333), (.nano, [2, 0, 0], 666), (.one, [-2, 0, 0], -666),
      (Scale(base: .two, exponent: 0), [1, 0, 0], 341),
      (Scale(base: .two, exponent: 20), [-1, 0, 0], -341),
      (Scale(base: .unknown(3), exponent: 0), [-5, 0], -2),
      (Scale(base: .ten, exponent: .min), [5, 0], 2),
    ] as [(Scale, [Int64], Int64)])
  func averages(scale: Scale, values: [Int64], expected: Int64) {
    let statistic = Statistic("a", .instant, scale: scale, isSigned: true)
    let result = aggregated(values.map { words($0) }, of: [statistic], by: [.average])
    #expect(result == words(expected))
  }

  @Test("Histograms are added bucket by bucket and saturate below the marker")
  func histograms() {
    let statistic = Statistic("h", .logHistogram, size: 4)
    let records: [[UInt64]] = [
      [1, 2, .max - 1, .max], [10, 20, 1, .max], Array(repeating: .max, count: 4),
    ]
    #expect(aggregated(records, of: [statistic]) == [11, 22, .max - 1, .max])
    #expect(aggregated([records[2]], of: [statistic]) == Array(repeating: .max, count: 4))
    #expect(aggregated([], of: [statistic]) == Array(repeating: .max, count: 4))
  }

  @Test("States are counted by name, unnamed values in the last bucket")
  func states() {
    let statistic = Statistic("run", .state, states: ["halted", "running", "gone"])
    let values: [UInt64] = [1, 1, 0, 3, .max - 1, 1, .max]
    #expect(aggregated(values.map { [$0] }, of: [statistic]) == [1, 3, 0, 2])
    #expect(aggregated([[.max]], of: [statistic]) == [.max, .max, .max, .max])
    let signed = Statistic("run", .state, isSigned: true, states: ["halted"])
    #expect(
      aggregated([words(0), words(-1), words(1), words(.min)], of: [signed]) == words(1, 2))
    #expect(aggregated([[0], [7]], of: [Statistic("run", .state)]) == [2])
  }

  @Test("Booleans are counted as no and yes; values above 0 are yes")
  func booleans() {
    let statistic = Statistic("on", .instant, unit: .boolean)
    #expect(aggregated([[0], [1], [1], [7], [.max], [1 << 63]], of: [statistic]) == [1, 4])
    #expect(aggregated([[.max]], of: [statistic]) == [.max, .max])
    let signed = Statistic("on", .peak, unit: .boolean, isSigned: true)
    #expect(aggregated([words(-1), words(1), words(.min)], of: [signed]) == [1, 1])
    let count = Statistic("on", .cumulative, unit: .boolean)
    #expect(aggregated([[5], [1]], of: [count]) == [6])
  }

  @Test("Statistics with several words, no words, gaps and any order are aggregated")
  func shapes() throws {
    let schema = try Schema([
      Statistic("b", .cumulative, size: 2, offset: 40), Statistic("none", .peak, size: 0),
      Statistic("a", .peak, size: 2, offset: 8, isSigned: true),
      Statistic("s", .state, size: 2, offset: 24, states: ["x"]),
      Statistic("same", .instant, offset: 40), Statistic("empty", .state, size: 0, states: ["y"]),
    ])
    var aggregator = Aggregator(AggregateSchema(of: schema))
    aggregator.reset()
    aggregator.add([
      [99] + words(-4, -1) + [0, 1, 10, 20], [99] + words(-3, .min) + [0, .max, 1, .max],
    ])
    let record = aggregator.written()
    #expect(record == [11, 20] + words(-3, -1) + [2, 1, 11, .max, .max])
    let counts = schema.statistics.indices.map { aggregator.activeCount(of: $0) }
    #expect(counts == [1, 0, 1, 1, 2, 0])
    let members = aggregator.memberCount
    #expect(members == 2)
  }

  @Test("A reset removes all members, and records may be added in several calls")
  func passes() {
    let statistics = [Statistic("a", .cumulative), Statistic("b", .peak)]
    var aggregator = Aggregator(AggregateSchema(of: Schema(packing: statistics)))
    aggregator.add([[1, 5], [2, 4]])
    aggregator.add([])
    aggregator.add([[3, .max]])
    let first = (aggregator.written(), aggregator.activeCount(of: 0), aggregator.activeCount(of: 1))
    #expect(first.0 == [6, 5])
    #expect(first.1 == 3)
    #expect(first.2 == 2)
    aggregator.reset()
    let nothing = aggregator.written()
    #expect(nothing == [.max, .max])
    aggregator.add([[1, 1]])
    let again = aggregator.written()
    #expect(again == [1, 1])
  }

  @Test("A schema without statistics gives an empty record")
  func empty() {
    #expect(aggregated([[], []], of: []).isEmpty)
  }

  @Test("A record outside the buffer traps", arguments: [-1, 2, .max])
  func outside(offset: Int) async {
    await #expect(processExitsWith: .failure) { [offset] in
      var aggregator = Aggregator(
        AggregateSchema(of: try Schema([Statistic("a", .cumulative, offset: 16)])))
      let words: [UInt64] = [1, 2, 3, 4]
      aggregator.add(words.span, at: [offset].span)
    }
  }
}
