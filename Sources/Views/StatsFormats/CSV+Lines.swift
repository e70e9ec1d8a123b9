package import Statistics
package import StatsTree

extension ByteText {
  /// Appends the lines of a statistic of a group: one for each word, bucket or name.
  ///
  /// - Parameters:
  ///   - statistic: what is written.
  ///   - tally: how it counts members by value, where it does.
  ///   - sampler: whose last pass is written.
  ///   - placement: the group's.
  ///   - start: all before the value, with the comma.
  ///   - end: all from the comma behind `upper` to that before `state`.
  package mutating func appendLines(
    _ statistic: Statistic, _ tally: StateCounts?, _ sampler: Sampler, at placement: Placement,
    start: [UInt8], end: String
  ) {
    if let tally {
      appendNames(tally, sampler.counts(statistic, at: placement), start, end)
    } else if let histogram = sampler.histogram(statistic, at: placement) {
      appendBuckets(statistic, histogram, start, end)
    } else {
      for word in 0..<(statistic.kind.isHistogram ? 1 : statistic.size) {
        append(start)
        if !statistic.kind.isHistogram,
          let value = sampler.value(statistic, at: placement, word: word)
        {
          append(value, of: statistic)
        }
        append(",\(statistic.exactUnit),,\(end)\n")
      }
    }
  }

  /// A line for each name with its number of members; one without a value where there is none.
  private mutating func appendNames(
    _ tally: StateCounts, _ counts: [UInt64]?, _ start: [UInt8], _ end: String
  ) {
    guard let counts else {
      append(start)
      append(",,,\(end)\n")
      return
    }
    for (value, (name, count)) in zip(tally.names, counts).enumerated() {
      append(start)
      append(number: count)
      let isOpen = !tally.isFlag && value == counts.count - 1
      append(",,\(value),\(isOpen ? "" : "\(value)")\(end)")
      append(csv: name)
      append(byte: .newline)
    }
  }

  private mutating func appendBuckets(
    _ statistic: Statistic, _ histogram: Histogram, _ start: [UInt8], _ end: String
  ) {
    for (index, count) in histogram.counts.enumerated() {
      append(start)
      append(number: count)
      append(",\(statistic.exactUnit),")
      let bounds = histogram.shape.bounds(of: index)
      if let lower = bounds?.lower { append(statistic.exactBound(lower)) }
      append(byte: .comma)
      if let upper = bounds?.upper { append(statistic.exactBound(upper)) }
      append(end)
      append(byte: .newline)
    }
  }

  private mutating func append(_ word: UInt64, of statistic: Statistic) {
    if statistic.kind == .state, word < UInt64(statistic.states.count) {
      append(csv: statistic.states[Int(word)])
    } else {
      append(statistic.exact(word))
    }
  }
}
