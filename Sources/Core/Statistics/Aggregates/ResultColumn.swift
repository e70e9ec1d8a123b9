/// Tells from which statistic of the members, and by which function, a result is computed.
struct ResultColumn: Sendable {
  /// The index of the statistic in the members' schema.
  let column: Int
  let function: AggregateFunction?
  /// The indices of the result's words in a record of the aggregate.
  let words: Range<Int>
  /// The factor by which a sum is multiplied before the division that gives an average.
  let factor: Int128
  /// Set if the words of the result only grow.
  let isTotal: Bool
}
