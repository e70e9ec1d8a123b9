extension Aggregator {
  /// Adds the records of members.
  ///
  /// - Parameters:
  ///   - words: The buffer that contains the records.
  ///   - offsets: The index of the first word of each record.
  /// - Precondition: The buffer contains every word of each record.
  public mutating func add(_ words: Span<UInt64>, at offsets: Span<Int>) {
    let last = words.count - definition.members.wordCount
    for index in offsets.indices {
      precondition(offsets[index] >= 0 && offsets[index] <= last, "a record outside the buffer")
    }
    memberCount += offsets.count
    var begin = 0
    while begin < offsets.count {
      // The batches are small, so that the records are still in the cache for the next block of
      // words.
      let end = min(begin + SmallSums.maximumMemberCount, offsets.count)
      addTotals(words, offsets.extracting(begin..<end))
      addValueCounts(words, offsets.extracting(begin..<end))
      begin = end
    }
  }

  private mutating func addTotals(_ words: Span<UInt64>, _ members: Span<Int>) {
    let definition = definition
    let blocks = definition.blocks.span
    var totals = totals.mutableSpan
    for index in blocks.indices { totals[index].add(words, members, of: blocks[index]) }
  }

  /// Counts how many members have each value of the states and booleans.
  private mutating func addValueCounts(_ words: Span<UInt64>, _ members: Span<Int>) {
    let definition = definition
    var valueCounts = valueCounts.mutableSpan
    for index in definition.countedColumns.indices {
      let column = definition.columns[definition.countedColumns[index]]
      let marker = column.format.marker
      for member in members.indices {
        for word in column.words {
          let value = words[members[member] + word]
          if value != marker { valueCounts[column.countIndex(of: value)] += 1 }
        }
      }
    }
  }
}
