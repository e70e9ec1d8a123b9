import Statistics

/// Records one after the other, with a gap of one word before each.
struct Members {
  var words: [UInt64] = []
  var offsets: [Int] = []

  init(_ records: [[UInt64]]) {
    for record in records {
      words.append(0xdead)
      offsets.append(words.count)
      words += record
    }
  }
}

/// Two's complement words.
func words(_ values: Int64...) -> [UInt64] {
  values.map { UInt64(bitPattern: $0) }
}

extension Fold {
  mutating func add(_ records: [[UInt64]]) {
    let members = Members(records)
    add(members.words.span, at: members.offsets.span)
  }

  /// The record of the fold; whatever it held before must not matter.
  borrowing func written() -> [UInt64] {
    var record = [UInt64](repeating: 0x5555, count: form.schema.wordCount)
    var span = record.mutableSpan
    write(into: &span)
    return record
  }
}

/// The record of one pass over members.
func folded(
  _ records: [[UInt64]], of statistics: [Statistic], by functions: [FoldFunction] = []
) -> [UInt64] {
  var fold = Fold(AggregateSchema(of: Schema(packing: statistics), by: functions))
  fold.begin()
  fold.add(records)
  return fold.written()
}
