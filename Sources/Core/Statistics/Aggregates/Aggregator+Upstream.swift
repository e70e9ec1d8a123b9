extension Aggregator {
  /// The aggregate of a statistic as statsfs computes it (a file system proposed for the kernel).
  ///
  /// In statsfs, "no data" looks like an ordinary value. Without an active value, the sum, the
  /// average and the count of zeros are 0. The minimum is then the largest number of the type, and
  /// the maximum the smallest. A sum wraps modulo 2^64. An average is the wrapped sum divided by
  /// the number of values, rounded towards zero. A boolean is 0 or 1. Totals of former members
  /// (`retain`) are excluded. If a statistic has several words, the result is that of the first
  /// word; for a boolean, all words are counted together.
  ///
  /// - Precondition: `AggregateSchema.hasUpstreamValue(of:_:)` returns `true`.
  public func upstreamValue(of statistic: Int, _ function: AggregateFunction) -> UInt64 {
    precondition(
      definition.hasUpstreamValue(of: statistic, function),
      "\(function.rawValue) is not part of the aggregate")
    let column = definition.columns[statistic]
    if column.mode == .boolean { return upstreamBoolean(column, function) }
    let count = column.words.isEmpty ? 0 : activeCount(column.lane)
    guard count > 0 else { return column.format.upstreamValueWithoutData(function) }
    let wrapped = UInt64(truncatingIfNeeded: sum(column.lane))
    switch function {
    case .sum: return wrapped
    case .minimum: return minimum(column.lane)
    case .maximum: return maximum(column.lane)
    case .countZero: return zeroCount(column.lane)
    case .average:
      guard column.format.isSigned else { return wrapped / UInt64(count) }
      return UInt64(bitPattern: Int64(bitPattern: wrapped) / Int64(count))
    }
  }

  /// The aggregate of a boolean; "no" is the number 0 and "yes" the number 1.
  private func upstreamBoolean(_ column: MemberColumn, _ function: AggregateFunction) -> UInt64 {
    let no = valueCounts[column.counts.lowerBound]
    let yes = valueCounts[column.counts.lowerBound + 1]
    guard no + yes > 0 else { return column.format.upstreamValueWithoutData(function) }
    return switch function {
    case .sum: yes
    case .minimum: no == 0 ? 1 : 0
    case .maximum: yes == 0 ? 0 : 1
    case .average: yes / (no + yes)
    case .countZero: no
    }
  }
}

extension WordFormat {
  /// The result that statsfs has if no value is active.
  fileprivate func upstreamValueWithoutData(_ function: AggregateFunction) -> UInt64 {
    switch function {
    case .sum, .average, .countZero: 0
    case .minimum: isSigned ? UInt64(bitPattern: Int64.max) : UInt64.max
    case .maximum: isSigned ? UInt64(bitPattern: Int64.min) : 0
    }
  }
}
