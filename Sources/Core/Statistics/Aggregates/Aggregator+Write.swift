extension Aggregator {
  /// Writes the values of the aggregate into a record.
  ///
  /// - Precondition: The record has at least the number of words of `definition.schema`.
  public func write(into record: inout MutableSpan<UInt64>) {
    precondition(
      record.count >= definition.schema.wordCount, "a record of \(record.count) words")
    for index in definition.results.indices {
      let result = definition.results[index]
      let column = definition.columns[result.column]
      if column.counts.isEmpty {
        for step in 0..<result.words.count {
          record[result.words.lowerBound + step] = word(
            column.lane + step, of: column, for: result)
        }
      } else {
        let isActive = activeWordCount(of: column) > 0
        for step in 0..<result.words.count {
          record[result.words.lowerBound + step] =
            isActive ? valueCounts[column.counts.lowerBound + step] : Inactive.unsigned
        }
      }
    }
  }

  /// The number of active words in a column, over all members.
  private func activeWordCount(of column: MemberColumn) -> Int {
    var count = 0
    for lane in column.lanes { count += activeCount(lane) }
    return count
  }

  /// Computes one word of a result from one lane (word of the members' records) of its column.
  private func word(_ lane: Int, of column: MemberColumn, for result: ResultColumn) -> UInt64 {
    switch result.function {
    case nil, .sum:
      let retained = result.isTotal ? retainedSum(lane) : nil
      guard activeCount(lane) > 0 || retained != nil else { return column.format.marker }
      return column.format.word(saturating: sum(lane) + (retained ?? 0))
    case .minimum: return minimum(lane)
    case .maximum: return maximum(lane)
    case .average:
      let count = activeCount(lane)
      guard count > 0 else { return column.format.marker }
      return column.format.word(saturating: sum(lane) * result.factor / Int128(count))
    case .countZero: return activeCount(lane) > 0 ? zeroCount(lane) : Inactive.unsigned
    }
  }
}
