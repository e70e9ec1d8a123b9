extension Fold {
  /// Adds members' records.
  ///
  /// - Parameters:
  ///   - words: The buffer in which the records lie.
  ///   - offsets: The first word of each record.
  /// - Precondition: each record lies in the buffer with all words of the members' schema.
  public mutating func add(_ words: Span<UInt64>, at offsets: Span<Int>) {
    let length = form.source.wordCount
    for index in offsets.indices {
      add(words.extracting(offsets[index]..<offsets[index] + length))
    }
    memberCount += offsets.count
  }

  private mutating func add(_ record: Span<UInt64>) {
    for index in form.columns.indices {
      let column = form.columns[index]
      for step in 0..<column.words.count {
        add(record[column.words.lowerBound + step], to: column.lane + step, of: column)
      }
    }
  }

  private mutating func add(_ word: UInt64, to lane: Int, of column: FoldColumn) {
    if word == column.word.marker {
      inactives[lane] += 1
      return
    }
    let value = column.word.value(of: word)
    sums[lane] += value
    if word == 0 { zeros[lane] += 1 }
    if least[lane] == column.word.marker || value < column.word.value(of: least[lane]) {
      least[lane] = word
    }
    if greatest[lane] == column.word.marker || value > column.word.value(of: greatest[lane]) {
      greatest[lane] = word
    }
    if !column.tally.isEmpty { tallies[column.bucket(of: word)] += 1 }
  }
}
