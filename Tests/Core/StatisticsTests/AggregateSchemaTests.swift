import Statistics
import Testing

@Suite struct AggregateSchemaTests {
  private func names(_ statistics: [Statistic], by functions: [AggregateFunction] = []) -> [String]
  {
    AggregateSchema(of: Schema(packing: statistics), by: functions).schema.statistics.map(\.name)
  }

  @Test(
    "Each kind has a natural function",
    arguments: [
      (Statistic("a", .cumulative), .sum), (Statistic("a", .instant), .sum),
      (Statistic("a", .peak), .maximum), (Statistic("a", .unknown(9)), .maximum),
      (Statistic("a", .cumulative, unit: .boolean), .sum),
      (Statistic("a", .instant, unit: .boolean), nil), (Statistic("a", .state), nil),
      (Statistic("a", .state, unit: .boolean), nil),
      (Statistic("a", .unknown(9), unit: .boolean), nil),
      (Statistic("a", .linearHistogram, size: 3), nil),
      (Statistic("a", .logHistogram, unit: .boolean, size: 3), nil),
    ] as [(Statistic, AggregateFunction?)])
  func natural(statistic: Statistic, function: AggregateFunction?) {
    #expect(AggregateFunction.natural(for: statistic) == function)
    let definition = AggregateSchema(of: Schema(packing: [statistic]))
    #expect(definition.schema.statistics.map(\.name) == ["a"])
    #expect(definition.origin(of: 0).statistic == 0)
    #expect(definition.origin(of: 0).function == function)
  }

  @Test("Function names are those of statsfs")
  func spelling() {
    #expect(AggregateFunction.allCases.map(\.rawValue) == ["sum", "min", "max", "avg", "zero"])
  }

  @Test("A function that is not natural is appended to the name, in the requested order")
  func order() {
    let statistics = [
      Statistic("exits", .cumulative), Statistic("h", .logHistogram, size: 2),
      Statistic("top", .peak), Statistic("run", .state, states: ["a"]),
      Statistic("on", .instant, unit: .boolean), Statistic("odd", .unknown(7)),
    ]
    let definition = AggregateSchema(
      of: Schema(packing: statistics), by: [.average, .maximum, .sum, .countZero, .minimum, .sum])
    #expect(
      definition.schema.statistics.map(\.name) == [
        "exits.avg", "exits.max", "exits", "exits.zero", "exits.min", "h", "top.avg", "top",
        "top.sum", "top.zero", "top.min", "run", "on", "odd", "odd.min",
      ])
    let origins = definition.schema.statistics.indices.map { definition.origin(of: $0) }
    #expect(origins.map(\.statistic) == [0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2, 3, 4, 5, 5])
    #expect(origins[3].function == .countZero)
    #expect(origins[5].function == nil)
    #expect(origins[13].function == .maximum)
    #expect(names(statistics, by: [.sum]) == ["exits", "h", "top.sum", "run", "on"])
  }

  @Test("Names are unique, and a name of the members keeps its meaning")
  func doubles() {
    let count = { Statistic($0, .cumulative) }
    #expect(names([count("a"), count("a"), count("a")]) == ["a", "a.2", "a.3"])
    #expect(names([count("a"), count("a.2"), count("a")]) == ["a", "a.2", "a.3"])
    #expect(
      names([count("a"), count("a.max")], by: [.maximum, .sum])
        == ["a.max.2", "a", "a.max.max", "a.max"])
    // Also if the statistic with that name is omitted.
    #expect(names([count("a"), count("a.max")], by: [.maximum]) == ["a.max.2", "a.max.max"])
    #expect(
      names([count("a"), count("a"), count("a.2")], by: [.minimum, .sum])
        == ["a.min", "a", "a.3.min", "a.3", "a.2.min", "a.2"])
    #expect(names([count(""), count("")]) == ["", ".2"])
  }

  @Test(
    "A result has the kind of its values",
    arguments: [
      (.cumulative, .sum, .cumulative), (.cumulative, .maximum, .instant),
      (.cumulative, .minimum, .instant), (.cumulative, .average, .instant),
      (.cumulative, .countZero, .instant), (.instant, .sum, .instant),
      (.instant, .maximum, .instant), (.peak, .maximum, .peak), (.peak, .minimum, .instant),
      (.peak, .sum, .instant), (.peak, .average, .instant), (.unknown(6), .minimum, .unknown(6)),
      (.unknown(6), .maximum, .unknown(6)),
    ] as [(Kind, AggregateFunction, Kind)])
  func kinds(source: Kind, function: AggregateFunction, kind: Kind) throws {
    let statistic = Statistic(
      "a", source, unit: .seconds, scale: .nano, size: 3, isSigned: true, stability: .stable,
      cost: .heavy, meaning: "Time.")
    let definition = AggregateSchema(of: Schema(packing: [statistic]), by: [function])
    let derived = try #require(definition.schema.statistics.first)
    #expect(derived.kind == kind)
    #expect(derived.size == 3)
    #expect(derived.stability == .stable)
    #expect(derived.cost == .heavy)
    #expect(derived.meaning == "Time.")
    switch function {
    case .sum, .minimum, .maximum:
      #expect(derived.unit == .seconds && derived.scale == .nano && derived.isSigned)
    case .average:
      #expect(derived.unit == .seconds && derived.isSigned)
      #expect(derived.scale == Scale(base: .ten, exponent: -12))
    case .countZero: #expect(derived.unit == .none && derived.scale == .one && !derived.isSigned)
    }
  }

  @Test("Histograms, states and booleans give one result for any functions")
  func forms() {
    let statistics = [
      Statistic("h", .linearHistogram, unit: .bytes, size: 4, bucketSize: 8),
      Statistic("run", .state, isSigned: true, states: ["halted", "running"]),
      Statistic("on", .instant, unit: .boolean, isSigned: true), Statistic("none", .state),
    ]
    let definition = AggregateSchema(
      of: Schema(packing: statistics), by: AggregateFunction.allCases)
    var run = Statistic("run", .linearHistogram, size: 3, offset: 32, bucketSize: 1)
    run.states = ["halted", "running"]
    var on = Statistic("on", .linearHistogram, unit: .boolean, size: 2, offset: 56, bucketSize: 1)
    on.states = ["no", "yes"]
    let none = Statistic("none", .linearHistogram, size: 1, offset: 72, bucketSize: 1)
    #expect(definition.schema.statistics == [statistics[0], run, on, none])
    #expect(definition.schema.wordCount == 10)
  }

  @Test(
    "An average has more decimals if the exponent permits them",
    arguments: [
      (Scale.one, Scale(base: .ten, exponent: -3)),
      (Scale(base: .two, exponent: 20), Scale(base: .two, exponent: 10)),
      (Scale(base: .ten, exponent: .min + 3), Scale(base: .ten, exponent: .min)),
      (Scale(base: .ten, exponent: .min + 2), Scale(base: .ten, exponent: .min + 2)),
      (Scale(base: .two, exponent: .min + 9), Scale(base: .two, exponent: .min + 9)),
      (Scale(base: .unknown(3), exponent: 5), Scale(base: .unknown(3), exponent: 5)),
    ])
  func averages(scale: Scale, expected: Scale) {
    let definition = AggregateSchema(
      of: Schema(packing: [Statistic("a", .instant, scale: scale)]), by: [.average])
    #expect(definition.schema.statistics[0].scale == expected)
  }

  @Test("Statistics that would exceed the maximum length are omitted")
  func tooLong() throws {
    let long = Statistic("long", .cumulative, size: Schema.maximumWordCount)
    let one = Statistic("one", .peak, size: 1)
    #expect(names([long], by: [.sum, .minimum]) == [])
    // Overlapping words, in a foreign schema.
    var flag = long
    (flag.kind, flag.unit) = (.instant, .boolean)
    let schema = try Schema([one] + Array(repeating: long, count: 40) + [one, flag])
    let definition = AggregateSchema(of: schema)
    #expect(definition.schema.statistics.map(\.name) == ["one", "one.2"])
    var aggregator = Aggregator(definition)
    aggregator.add([[UInt64](repeating: 3, count: schema.wordCount)])
    let record = aggregator.written()
    #expect(record == [3, 3])
    let absent = (aggregator.activeCount(of: 1), aggregator.retained(1, word: 0))
    #expect(absent.0 == 0)
    #expect(absent.1 == nil)
    #expect(!definition.hasUpstreamValue(of: 1, .sum) && !definition.hasUpstreamValue(of: 42, .sum))
  }
}
