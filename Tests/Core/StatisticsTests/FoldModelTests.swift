import Statistics
import TestSupport
import Testing

/// Random schemas and members, against plain loops.
@Suite struct FoldModelTests {
  @Test("A fold is what plain loops over exact numbers find", arguments: 0..<100)
  func model(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let schema = try schema(&random)
    let functions = random.oneIn(3) ? [] : FoldFunction.allCases.filter { _ in random.oneIn(2) }
    let form = AggregateSchema(of: schema, by: functions.shuffled(using: &random))
    var fold = Fold(form)
    var reference = FoldReference(form: form)
    for pass in 0..<4 {
      fold.begin()
      reference.live = []
      for _ in 0..<random.next(upperBound: 3 as UInt64) {
        let count = random.next(upperBound: (pass == 3 ? 150 : 20) as UInt64)
        let nature = random.next(upperBound: 6 as UInt64)
        let records = (0..<count).map { _ in record(schema, nature, &random) }
        fold.add(records)
        reference.live += records
      }
      if random.oneIn(2) {
        let record = record(schema, random.next(upperBound: 6 as UInt64), &random)
        fold.retain(record.span)
        reference.departed.append(record)
      }
      let written = fold.written()
      #expect(written == reference.record)
      for (index, statistic) in schema.statistics.enumerated() {
        let active = fold.activeCount(of: index)
        #expect(active == reference.activeCount(of: statistic))
        for step in 0..<statistic.size {
          let retained = fold.retained(index, word: step)
          #expect(retained == reference.retained(statistic, step))
        }
      }
    }
  }

  @Test("Totals that are added one by one are those of a fold", arguments: 0..<60)
  func totals(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed &+ 1000)
    let schema = try schema(&random)
    let form = AggregateSchema(of: schema, by: random.oneIn(2) ? [] : FoldFunction.allCases)
    var reference = FoldReference(form: form)
    var record = [UInt64](repeating: 77, count: form.schema.wordCount)
    // Small numbers: where sums stop, the order counts.
    for member in 0..<5 {
      reference.live.append(self.record(schema, random.oneIn(2) ? 0 : 1, &random))
      if member == 0 { record = reference.record }
      if member > 0 {
        let added = reference.live[member]
        var span = record.mutableSpan
        form.addTotals(of: added.span, to: &span)
      }
    }
    let all = reference.record
    reference.live = [reference.live[0]]
    let first = reference.record
    for (index, statistic) in form.schema.statistics.enumerated() {
      let (position, function) = form.origin(of: index)
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
        // About where a sum of few members leaves 64 bits, and where it may with many.
        case 2: (1 << 62) &+ random.next(upperBound: 1 << 40)
        case 3: 1 << random.next(upperBound: 62 as UInt64)
        case 4: UInt64.max >> random.next(upperBound: 12 as UInt64)
        default: random.next()
        }
      return negative ? 0 &- magnitude : magnitude
    }
  }
}
