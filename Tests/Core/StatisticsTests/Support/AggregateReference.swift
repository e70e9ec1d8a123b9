import Statistics

/// The expected aggregate, computed by plain loops over exact numbers.
struct AggregateReference {
  let definition: AggregateSchema
  var live: [[UInt64]] = []
  var departed: [[UInt64]] = []

  private func marker(_ statistic: Statistic) -> UInt64 {
    statistic.isSigned ? 1 << 63 : .max
  }

  private func number(_ word: UInt64, _ statistic: Statistic) -> Int128 {
    statistic.isSigned ? Int128(Int64(bitPattern: word)) : Int128(word)
  }

  private func word(_ number: Int128, _ statistic: Statistic) -> UInt64 {
    if statistic.isSigned {
      if number > Int128(Int64.max) { return UInt64(Int64.max) }
      if number < -Int128(Int64.max) { return UInt64(bitPattern: -Int64.max) }
      return UInt64(bitPattern: Int64(number))
    }
    return number > Int128(UInt64.max - 1) ? .max - 1 : UInt64(number)
  }

  /// The active values of a word in records.
  private func values(
    _ records: [[UInt64]], _ statistic: Statistic, _ step: Int
  ) -> [Int128] {
    var values: [Int128] = []
    for record in records {
      let word = record[statistic.words.lowerBound + step]
      if word != marker(statistic) { values.append(number(word, statistic)) }
    }
    return values
  }

  func activeCount(of statistic: Statistic) -> Int {
    var least = statistic.size == 0 ? 0 : live.count
    for step in 0..<statistic.size { least = min(least, values(live, statistic, step).count) }
    return least
  }

  func retained(_ statistic: Statistic, _ step: Int) -> UInt64? {
    guard statistic.kind == .cumulative || statistic.kind.isHistogram else { return nil }
    let values = values(departed, statistic, step)
    return values.isEmpty ? nil : word(values.reduce(0, +), statistic)
  }

  var record: [UInt64] {
    var record: [UInt64] = []
    for (index, derived) in definition.schema.statistics.enumerated() {
      let (position, function) = definition.origin(of: index)
      let statistic = definition.members.statistics[position]
      if let function {
        for step in 0..<statistic.size { record.append(number(function, statistic, step)) }
      } else if statistic.kind.isHistogram {
        for step in 0..<statistic.size { record.append(total(statistic, step)) }
      } else {
        record += counts(statistic, derived.size)
      }
    }
    return record
  }

  private func total(_ statistic: Statistic, _ step: Int) -> UInt64 {
    let values = values(live, statistic, step) + values(departed, statistic, step)
    return values.isEmpty ? marker(statistic) : word(values.reduce(0, +), statistic)
  }

  private func number(_ function: AggregateFunction, _ statistic: Statistic, _ step: Int) -> UInt64
  {
    if function == .sum && statistic.kind == .cumulative { return total(statistic, step) }
    let values = values(live, statistic, step)
    if values.isEmpty { return function == .countZero ? .max : marker(statistic) }
    switch function {
    case .sum: return word(values.reduce(0, +), statistic)
    case .minimum: return word(values.reduce(values[0], min), statistic)
    case .maximum: return word(values.reduce(values[0], max), statistic)
    case .countZero: return UInt64(values.filter { $0 == 0 }.count)
    case .average:
      let factor: Int128 =
        switch statistic.scale.base {
        case .ten: statistic.scale.exponent < Int16.min + 3 ? 1 : 1000
        case .two: statistic.scale.exponent < Int16.min + 10 ? 1 : 1024
        case .unknown: 1
        }
      return word(values.reduce(0, +) * factor / Int128(values.count), statistic)
    }
  }

  private func counts(_ statistic: Statistic, _ size: Int) -> [UInt64] {
    var counts = Array(repeating: UInt64(0), count: size)
    for step in 0..<statistic.size {
      for value in values(live, statistic, step) {
        if statistic.kind == .state {
          let isNamed = value >= 0 && value < Int128(statistic.states.count)
          counts[isNamed ? Int(value) : size - 1] += 1
        } else {
          counts[value > 0 ? 1 : 0] += 1
        }
      }
    }
    return counts.allSatisfy { $0 == 0 } ? Array(repeating: .max, count: size) : counts
  }
}
