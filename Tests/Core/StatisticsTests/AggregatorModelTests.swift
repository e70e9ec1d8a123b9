import Statistics
import TestSupport
import Testing

/// Compares the aggregator with plain loops, for random schemas and members.
@Suite struct AggregatorModelTests {
  @Test("An aggregator gives the results of plain loops over exact numbers", arguments: 0..<100)
  func model(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let schema = try schema(&random)
    let functions =
      random.oneIn(3) ? [] : AggregateFunction.allCases.filter { _ in random.oneIn(2) }
    let definition = AggregateSchema(of: schema, by: functions.shuffled(using: &random))
    var aggregator = Aggregator(definition)
    var reference = AggregateReference(definition: definition)
    for pass in 0..<4 {
      aggregator.reset()
      reference.live = []
      for _ in 0..<random.next(upperBound: 3 as UInt64) {
        let count = random.next(upperBound: (pass == 3 ? 150 : 20) as UInt64)
        let nature = random.next(upperBound: 6 as UInt64)
        let records = (0..<count).map { _ in record(schema, nature, &random) }
        aggregator.add(records)
        reference.live += records
      }
      if random.oneIn(2) {
        let record = record(schema, random.next(upperBound: 6 as UInt64), &random)
        aggregator.retain(record.span)
        reference.departed.append(record)
      }
      let written = aggregator.written()
      #expect(written == reference.record)
      for (index, statistic) in schema.statistics.enumerated() {
        let active = aggregator.activeCount(of: index)
        #expect(active == reference.activeCount(of: statistic))
        for step in 0..<statistic.size {
          let retained = aggregator.retained(index, word: step)
          #expect(retained == reference.retained(statistic, step))
        }
      }
    }
  }

  @Test("Totals added one by one equal those of an aggregator", arguments: 0..<60)
  func totals(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed &+ 1000)
    let schema = try schema(&random)
    let definition = AggregateSchema(
      of: schema, by: random.oneIn(2) ? [] : AggregateFunction.allCases)
    var reference = AggregateReference(definition: definition)
    var record = [UInt64](repeating: 77, count: definition.schema.wordCount)
    // Small numbers: the order matters if sums saturate.
    for member in 0..<5 {
      reference.live.append(self.record(schema, random.oneIn(2) ? 0 : 1, &random))
      if member == 0 { record = reference.record }
      if member > 0 {
        let added = reference.live[member]
        var span = record.mutableSpan
        definition.addTotals(of: added.span, to: &span)
      }
    }
    let all = reference.record
    reference.live = [reference.live[0]]
    let first = reference.record
    for (index, statistic) in definition.schema.statistics.enumerated() {
      let (position, function) = definition.origin(of: index)
      let kind = schema.statistics[position].kind
      let isTotal = kind.isHistogram || kind == .cumulative && function == .sum
      #expect(Array(record[statistic.words]) == Array((isTotal ? all : first)[statistic.words]))
    }
  }

  private func schema(_ random: inout SeededGenerator) throws -> Schema {
    let kinds: [Kind] = [
      .cumulative, .cumulative, .instant, .peak, .linearHistogram, .logHistogram, .state,
      .unknown(11),
    ]
    let bases: [Scale] = [
      .one, .nano, Scale(base: .two, exponent: 10), Scale(base: .unknown(4), exponent: 1),
      Scale(base: .ten, exponent: .min),
    ]
    var statistics: [Statistic] = []
    var end = 0
    for index in 0..<random.next(upperBound: 14 as UInt64) {
      let kind = kinds[Int(random.next(upperBound: UInt64(kinds.count)))]
      var statistic = Statistic("s\(random.oneIn(5) ? 0 : index)", kind)
      if random.oneIn(4) { statistic.unit = .boolean }
      statistic.scale = bases[Int(random.next(upperBound: UInt64(bases.count)))]
      statistic.isSigned = random.oneIn(2)
      if kind.isHistogram || random.oneIn(5) {
        statistic.size = Int(random.next(upperBound: 6 as UInt64))
      }
      if kind == .state {
        statistic.states = (0..<random.next(upperBound: 4 as UInt64)).map { "n\($0)" }
      }
      if random.oneIn(6) { end += 2 }
      statistic.offset = end * 8
      if !random.oneIn(10) { end += statistic.size }
      statistics.append(statistic)
    }
    return try Schema(statistics.shuffled(using: &random))
  }

  private func record(
    _ schema: Schema, _ nature: UInt64, _ random: inout SeededGenerator
  ) -> [UInt64] {
    (0..<schema.wordCount).map { _ in
      if nature > 0, random.oneIn(nature == 1 ? 2 : 9) { return random.oneIn(2) ? .max : 1 << 63 }
      let negative = random.oneIn(3)
      let magnitude: UInt64 =
        switch nature {
        case 0, 1: random.next(upperBound: 5)
        // Values near the limits at which sums of few or many members exceed 64 bits.
        case 2: (1 << 62) &+ random.next(upperBound: 1 << 40)
        case 3: 1 << random.next(upperBound: 62 as UInt64)
        case 4: UInt64.max >> random.next(upperBound: 12 as UInt64)
        default: random.next()
        }
      return negative ? 0 &- magnitude : magnitude
    }
  }
}
