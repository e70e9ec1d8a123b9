import Statistics

/// The reference for aggregates: plain loops over small values.
struct ModelAggregator {
  let definition: AggregateSchema
  /// The totals of departed members and resets, by word of the members' schema.
  var retained: [Int: Int] = [:]
  private var retainedCounts: [Int: Int] = [:]

  init(definition: AggregateSchema) { self.definition = definition }

  static func marker(_ statistic: Statistic) -> UInt64 {
    statistic.isSigned ? UInt64(bitPattern: .min) : .max
  }

  static func number(_ word: UInt64, _ statistic: Statistic) -> Int? {
    word == marker(statistic) ? nil : Int(truncatingIfNeeded: word)
  }

  /// The words of the members' schema that only grow.
  var totals: [(statistic: Statistic, word: Int)] {
    definition.members.statistics.filter { $0.kind == .cumulative || $0.kind.isHistogram }
      .flatMap { statistic in statistic.words.map { (statistic, $0) } }
  }

  /// Keeps a word that no member has any more.
  mutating func retain(_ word: UInt64, at place: Int, _ statistic: Statistic) {
    guard let number = Self.number(word, statistic) else { return }
    retained[place, default: 0] += number
    retainedCounts[place, default: 0] += 1
  }

  /// Discards a kept word of a member that has returned.
  mutating func release(_ word: UInt64, at place: Int, _ statistic: Statistic) {
    guard let number = Self.number(word, statistic) else { return }
    retained[place, default: 0] -= number
    retainedCounts[place, default: 0] -= 1
    if retainedCounts[place] == 0 { retained[place] = nil }
  }

  /// Adds a word of a member to a record of the aggregate; a sign of -1 subtracts it.
  func arrive(
    _ word: UInt64, at place: Int, _ statistic: Statistic, in record: inout [UInt64], sign: Int = 1
  ) {
    guard let number = Self.number(word, statistic) else { return }
    for (index, result) in definition.schema.statistics.enumerated() {
      let (position, function) = definition.origin(of: index)
      guard definition.members.statistics[position] == statistic,
        function == nil || function == .sum
      else { continue }
      let target = result.words.lowerBound + place - statistic.words.lowerBound
      let known = Self.number(record[target], result) ?? 0
      record[target] = UInt64(bitPattern: Int64(known + sign * number))
    }
  }

  /// Returns the record over these members.
  func record(_ members: [[UInt64]]) -> [UInt64] {
    var record: [UInt64] = []
    for (index, result) in definition.schema.statistics.enumerated() {
      let (position, function) = definition.origin(of: index)
      let statistic = definition.members.statistics[position]
      let isTotal = statistic.kind == .cumulative || statistic.kind.isHistogram
      if function == nil, !isTotal {
        record += counts(members, statistic, result.size)
        continue
      }
      for place in statistic.words {
        let values = members.compactMap { Self.number($0[place], statistic) }
        let kept = isTotal && (function == nil || function == .sum) ? retained[place] : nil
        record.append(word(values, kept, function ?? .sum, result))
      }
    }
    return record
  }

  private func word(
    _ values: [Int], _ kept: Int?, _ function: AggregateFunction, _ result: Statistic
  ) -> UInt64 {
    let all = values + (kept.map { [$0] } ?? [])
    guard !all.isEmpty else { return Self.marker(result) }
    let number: Int =
      switch function {
      case .sum: all.reduce(0, +)
      case .minimum: values.reduce(values[0], min)
      case .maximum: values.reduce(values[0], max)
      case .average: values.reduce(0, +) * 1000 / values.count
      case .countZero: values.count { $0 == 0 }
      }
    return UInt64(bitPattern: Int64(number))
  }

  private func counts(_ members: [[UInt64]], _ statistic: Statistic, _ size: Int) -> [UInt64] {
    let values = members.compactMap { Self.number($0[statistic.words.lowerBound], statistic) }
    guard !values.isEmpty else { return Array(repeating: .max, count: size) }
    var counts = Array(repeating: UInt64(0), count: size)
    for value in values {
      let last = statistic.kind == .state ? size - 1 : 1
      counts[min(value, last)] += 1
    }
    return counts
  }
}
