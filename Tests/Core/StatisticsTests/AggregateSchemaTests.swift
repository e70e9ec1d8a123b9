import Statistics
import Testing

@Suite struct FoldFormTests {
  private func names(_ statistics: [Statistic], by functions: [FoldFunction] = []) -> [String] {
    AggregateSchema(of: Schema(packing: statistics), by: functions).schema.statistics.map(\.name)
  }

  @Test(
    "Each kind has the function that fits it",
    arguments: [
      (Statistic("a", .cumulative), .sum), (Statistic("a", .instant), .sum),
      (Statistic("a", .peak), .maximum), (Statistic("a", .unknown(9)), .maximum),
      (Statistic("a", .cumulative, unit: .boolean), .sum),
      (Statistic("a", .instant, unit: .boolean), nil), (Statistic("a", .state), nil),
      (Statistic("a", .state, unit: .boolean), nil),
      (Statistic("a", .unknown(9), unit: .boolean), nil),
      (Statistic("a", .linearHistogram, size: 3), nil),
      (Statistic("a", .logHistogram, unit: .boolean, size: 3), nil),
    ] as [(Statistic, FoldFunction?)])
  func natural(statistic: Statistic, function: FoldFunction?) {
    #expect(FoldFunction.natural(for: statistic) == function)
    let form = AggregateSchema(of: Schema(packing: [statistic]))
    #expect(form.schema.statistics.map(\.name) == ["a"])
    #expect(form.origin(of: 0).statistic == 0)
    #expect(form.origin(of: 0).function == function)
  }

  @Test("Functions are written as upstream writes them")
  func spelling() {
    #expect(FoldFunction.allCases.map(\.rawValue) == ["sum", "min", "max", "avg", "zero"])
  }

  @Test("A function that is not natural stands behind the name, in the order asked for")
  func order() {
    let statistics = [
      Statistic("exits", .cumulative), Statistic("h", .logHistogram, size: 2),
      Statistic("top", .peak), Statistic("run", .state, states: ["a"]),
      Statistic("on", .instant, unit: .boolean), Statistic("odd", .unknown(7)),
    ]
    let form = AggregateSchema(
      of: Schema(packing: statistics), by: [.average, .maximum, .sum, .countZero, .minimum, .sum])
    #expect(
      form.schema.statistics.map(\.name) == [
        "exits.avg", "exits.max", "exits", "exits.zero", "exits.min", "h", "top.avg", "top",
        "top.sum", "top.zero", "top.min", "run", "on", "odd", "odd.min",
      ])
    let origins = form.schema.statistics.indices.map { form.origin(of: $0) }
    #expect(origins.map(\.statistic) == [0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2, 3, 4, 5, 5])
    #expect(origins[3].function == .countZero)
    #expect(origins[5].function == nil)
    #expect(origins[13].function == .maximum)
    #expect(names(statistics, by: [.sum]) == ["exits", "h", "top.sum", "run", "on"])
  }

  @Test("No name comes twice, and a name of the source keeps its meaning")
  func doubles() {
    let count = { Statistic($0, .cumulative) }
    #expect(names([count("a"), count("a"), count("a")]) == ["a", "a.2", "a.3"])
    #expect(names([count("a"), count("a.2"), count("a")]) == ["a", "a.2", "a.3"])
    #expect(
      names([count("a"), count("a.max")], by: [.maximum, .sum])
        == ["a.max.2", "a", "a.max.max", "a.max"])
    // Also where the statistic of that name is not shown.
    #expect(names([count("a"), count("a.max")], by: [.maximum]) == ["a.max.2", "a.max.max"])
    #expect(
      names([count("a"), count("a"), count("a.2")], by: [.minimum, .sum])
        == ["a.min", "a", "a.3.min", "a.3", "a.2.min", "a.2"])
    #expect(names([count(""), count("")]) == ["", ".2"])
  }

  @Test(
    "What is derived has the kind that its values have",
    arguments: [
      (.cumulative, .sum, .cumulative), (.cumulative, .maximum, .instant),
      (.cumulative, .minimum, .instant), (.cumulative, .average, .instant),
      (.cumulative, .countZero, .instant), (.instant, .sum, .instant),
      (.instant, .maximum, .instant), (.peak, .maximum, .peak), (.peak, .minimum, .instant),
      (.peak, .sum, .instant), (.peak, .average, .instant), (.unknown(6), .minimum, .unknown(6)),
      (.unknown(6), .maximum, .unknown(6)),
    ] as [(Kind, FoldFunction, Kind)])
  func kinds(source: Kind, function: FoldFunction, kind: Kind) throws {
    let statistic = Statistic(
      "a", source, unit: .seconds, scale: .nano, size: 3, isSigned: true, stability: .stable,
      cost: .heavy, meaning: "Time.")
    let form = AggregateSchema(of: Schema(packing: [statistic]), by: [function])
    let derived = try #require(form.schema.statistics.first)
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

  @Test("Histograms, states and booleans have a form of their own, once")
  func forms() {
    let statistics = [
      Statistic("h", .linearHistogram, unit: .bytes, size: 4, bucketSize: 8),
      Statistic("run", .state, isSigned: true, states: ["halted", "running"]),
      Statistic("on", .instant, unit: .boolean, isSigned: true), Statistic("none", .state),
    ]
    let form = AggregateSchema(of: Schema(packing: statistics), by: FoldFunction.allCases)
    var run = Statistic("run", .linearHistogram, size: 3, offset: 32, bucketSize: 1)
    run.states = ["halted", "running"]
    var on = Statistic("on", .linearHistogram, unit: .boolean, size: 2, offset: 56, bucketSize: 1)
    on.states = ["no", "yes"]
    let none = Statistic("none", .linearHistogram, size: 1, offset: 72, bucketSize: 1)
    #expect(form.schema.statistics == [statistics[0], run, on, none])
    #expect(form.schema.wordCount == 10)
  }

  @Test(
    "An average has room for decimals, where its scale has",
    arguments: [
      (Scale.one, Scale(base: .ten, exponent: -3)),
      (Scale(base: .two, exponent: 20), Scale(base: .two, exponent: 10)),
      (Scale(base: .ten, exponent: .min + 3), Scale(base: .ten, exponent: .min)),
      (Scale(base: .ten, exponent: .min + 2), Scale(base: .ten, exponent: .min + 2)),
      (Scale(base: .two, exponent: .min + 9), Scale(base: .two, exponent: .min + 9)),
      (Scale(base: .unknown(3), exponent: 5), Scale(base: .unknown(3), exponent: 5)),
    ])
  func averages(scale: Scale, expected: Scale) {
    let form = AggregateSchema(
      of: Schema(packing: [Statistic("a", .instant, scale: scale)]), by: [.average])
    #expect(form.schema.statistics[0].scale == expected)
  }

  @Test("What would make the record too long is left out")
  func tooLong() throws {
    let long = Statistic("long", .cumulative, size: Schema.largestWordCount)
    let one = Statistic("one", .peak, size: 1)
    #expect(names([long], by: [.sum, .minimum]) == [])
    // Over each other, in a schema that somebody else made.
    var flag = long
    (flag.kind, flag.unit) = (.instant, .boolean)
    let schema = try Schema([one] + Array(repeating: long, count: 40) + [one, flag])
    let form = AggregateSchema(of: schema)
    #expect(form.schema.statistics.map(\.name) == ["one", "one.2"])
    var fold = Fold(form)
    fold.add([[UInt64](repeating: 3, count: schema.wordCount)])
    let record = fold.written()
    #expect(record == [3, 3])
    let absent = (fold.activeCount(of: 1), fold.retained(1, word: 0))
    #expect(absent.0 == 0)
    #expect(absent.1 == nil)
    #expect(!form.hasUpstreamValue(of: 1, .sum) && !form.hasUpstreamValue(of: 42, .sum))
  }
}
