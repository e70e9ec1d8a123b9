package import Statistics
package import StatsTree

extension ByteText {
  /// Appends the lines of one statistic of a group.
  ///
  /// There is one line per word (64-bit value), bucket or state.
  ///
  /// - Parameters:
  ///   - statistic: The statistic to write.
  ///   - stateCounts: The states by which the statistic counts members; nil for other statistics.
  ///   - sampler: The sampler that provides the last sample.
  ///   - placement: The location of the group's values in the sampler's snapshots.
  ///   - start: The columns before `value`, with the trailing comma.
  ///   - end: The text from the comma after `upper` to the comma before `state`.
  package mutating func appendLines(
    _ statistic: Statistic, _ stateCounts: StateCounts?, _ sampler: Sampler,
    at placement: Placement,
    start: [UInt8], end: String
  ) {
    if let stateCounts {
      appendNames(stateCounts, sampler.counts(statistic, at: placement), start, end)
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

  /// Appends one line per state, with the number of members in the state.
  ///
  /// Appends one line without a value if there are no counts.
  private mutating func appendNames(
    _ stateCounts: StateCounts, _ counts: [UInt64]?, _ start: [UInt8], _ end: String
  ) {
    guard let counts else {
      append(start)
      append(",,,\(end)\n")
      return
    }
    for (value, (name, count)) in zip(stateCounts.names, counts).enumerated() {
      append(start)
      append(number: count)
      let isOpen = !stateCounts.isFlag && value == counts.count - 1
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
