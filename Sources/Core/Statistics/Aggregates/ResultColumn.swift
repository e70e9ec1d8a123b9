/// A statistic of the aggregate, with its column and function.
struct ResultColumn: Sendable {
  /// The index of the member statistic.
  let column: Int
  let function: AggregateFunction?
  /// The words in a record of the aggregate.
  let words: Range<Int>
  /// The factor applied before the division of an average.
  let factor: Int128
  /// Set if its words only grow.
  let isTotal: Bool
}
