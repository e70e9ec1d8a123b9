extension Fold {
  /// Writes the record of the fold.
  ///
  /// - Precondition: the record has the words of the form's schema.
  public func write(into record: inout MutableSpan<UInt64>) {
    precondition(record.count >= form.schema.wordCount, "a record of \(record.count) words")
    for index in form.parts.indices {
      let part = form.parts[index]
      let column = form.columns[part.column]
      if column.tally.isEmpty {
        for step in 0..<part.words.count {
          record[part.words.lowerBound + step] = word(column.lane + step, of: column, for: part)
        }
      } else {
        let isActive = activeWords(of: column) > 0
        for step in 0..<part.words.count {
          record[part.words.lowerBound + step] =
            isActive ? tallies[column.tally.lowerBound + step] : Inactive.unsigned
        }
      }
    }
  }

  /// The number of active words of all members.
  private func activeWords(of column: FoldColumn) -> Int {
    var count = 0
    for lane in column.lanes { count += activeCount(lane) }
    return count
  }

  /// What a part makes of one word of its column.
  private func word(_ lane: Int, of column: FoldColumn, for part: FoldPart) -> UInt64 {
    switch part.function {
    case nil, .sum:
      let retained = part.isTotal ? retainedSum(lane) : nil
      guard activeCount(lane) > 0 || retained != nil else { return column.word.marker }
      return column.word.word(saturating: sum(lane) + (retained ?? 0))
    case .minimum: return least(lane)
    case .maximum: return greatest(lane)
    case .average:
      let count = activeCount(lane)
      guard count > 0 else { return column.word.marker }
      return column.word.word(saturating: sum(lane) * part.factor / Int128(count))
    case .countZero: return activeCount(lane) > 0 ? zeroCount(lane) : Inactive.unsigned
    }
  }
}
