import Statistics

/// Records in one buffer, with a gap of one word before each.
struct MemberRecords {
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

/// Returns two's complement words.
func words(_ values: Int64...) -> [UInt64] {
  values.map { UInt64(bitPattern: $0) }
}

extension Aggregator {
  mutating func add(_ records: [[UInt64]]) {
    let members = MemberRecords(records)
    add(members.words.span, at: members.offsets.span)
  }

  /// The aggregate, written over other values.
  borrowing func written() -> [UInt64] {
    var record = [UInt64](repeating: 0x5555, count: definition.schema.wordCount)
    var span = record.mutableSpan
    write(into: &span)
    return record
  }
}

/// The aggregate of one pass over members.
func aggregated(
  _ records: [[UInt64]], of statistics: [Statistic], by functions: [AggregateFunction] = []
) -> [UInt64] {
  var aggregator = Aggregator(AggregateSchema(of: Schema(packing: statistics), by: functions))
  aggregator.reset()
  aggregator.add(records)
  return aggregator.written()
}
