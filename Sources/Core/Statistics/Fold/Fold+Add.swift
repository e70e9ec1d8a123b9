extension Fold {
  /// Adds members' records.
  ///
  /// - Parameters:
  ///   - words: The buffer in which the records lie.
  ///   - offsets: The first word of each record.
  /// - Precondition: each record lies in the buffer with all words of the members' schema.
  public mutating func add(_ words: Span<UInt64>, at offsets: Span<Int>) {
    let last = words.count - form.source.wordCount
    for index in offsets.indices {
      precondition(offsets[index] >= 0 && offsets[index] <= last, "a record outside of the buffer")
    }
    memberCount += offsets.count
    var begin = 0
    while begin < offsets.count {
      // Few at a time: the second tile finds the records in the cache.
      let end = min(begin + FoldSmallSums.mostMembers, offsets.count)
      addTotals(words, offsets.extracting(begin..<end))
      addTallies(words, offsets.extracting(begin..<end))
      begin = end
    }
  }

  private mutating func addTotals(_ words: Span<UInt64>, _ members: Span<Int>) {
    let form = form
    let tiles = form.tiles.span
    var totals = totals.mutableSpan
    for index in tiles.indices { totals[index].add(words, members, of: tiles[index]) }
  }

  /// Counts the values of states and booleans.
  private mutating func addTallies(_ words: Span<UInt64>, _ members: Span<Int>) {
    let form = form
    var tallies = tallies.mutableSpan
    for index in form.counted.indices {
      let column = form.columns[form.counted[index]]
      let marker = column.word.marker
      for member in members.indices {
        for word in column.words {
          let value = words[members[member] + word]
          if value != marker { tallies[column.bucket(of: value)] += 1 }
        }
      }
    }
  }
}
