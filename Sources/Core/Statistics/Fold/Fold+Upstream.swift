extension Fold {
  /// The aggregate of a statistic of the members' schema as statsfs, where this comes from, has it.
  ///
  /// There "no data" cannot be told from the extremes: without an active value sum, average and count
  /// of zeros are 0, the minimum is the greatest number and the maximum the least. A sum wraps modulo
  /// 2^64, an average is the wrapped sum by the count, rounded towards zero. A boolean is 0 or 1.
  /// What is retained is not in it. Of several words it is the first; those of a boolean are counted
  /// together.
  ///
  /// - Precondition: the form has it, see `AggregateSchema.hasUpstreamValue(of:_:)`.
  public func upstreamValue(of statistic: Int, _ function: FoldFunction) -> UInt64 {
    precondition(
      form.hasUpstreamValue(of: statistic, function), "\(function.rawValue) is not folded")
    let column = form.columns[statistic]
    if column.treatment == .flag { return upstreamFlag(column, function) }
    let count = column.words.isEmpty ? 0 : activeCount(column.lane)
    guard count > 0 else { return column.word.upstreamValue(ofNothing: function) }
    let wrapped = UInt64(truncatingIfNeeded: sum(column.lane))
    switch function {
    case .sum: return wrapped
    case .minimum: return least(column.lane)
    case .maximum: return greatest(column.lane)
    case .countZero: return zeroCount(column.lane)
    case .average:
      guard column.word.isSigned else { return wrapped / UInt64(count) }
      return UInt64(bitPattern: Int64(bitPattern: wrapped) / Int64(count))
    }
  }

  /// The aggregate of a boolean: its values are 0 and 1, whatever the words are.
  private func upstreamFlag(_ column: FoldColumn, _ function: FoldFunction) -> UInt64 {
    let no = tallies[column.tally.lowerBound]
    let yes = tallies[column.tally.lowerBound + 1]
    guard no + yes > 0 else { return column.word.upstreamValue(ofNothing: function) }
    return switch function {
    case .sum: yes
    case .minimum: no == 0 ? 1 : 0
    case .maximum: yes == 0 ? 0 : 1
    case .average: yes / (no + yes)
    case .countZero: no
    }
  }
}

extension FoldWord {
  /// What upstream has where there is no value.
  fileprivate func upstreamValue(ofNothing function: FoldFunction) -> UInt64 {
    switch function {
    case .sum, .average, .countZero: 0
    case .minimum: isSigned ? UInt64(bitPattern: Int64.max) : UInt64.max
    case .maximum: isSigned ? UInt64(bitPattern: Int64.min) : 0
    }
  }
}
