extension Schema {
  /// Returns a hash of statistics and offsets that is the same in every process and version of
  /// Vitals.
  static func hash(of statistics: [Statistic]) -> UInt64 {
    var hash = FNV1a()
    for statistic in statistics { hash.add(statistic) }
    return hash.value
  }
}

extension FNV1a {
  /// Adds every property that determines how the words are interpreted.
  ///
  /// Stability and cost are excluded, because it is possible that a source learns them later.
  fileprivate mutating func add(_ statistic: Statistic) {
    add(statistic.name)
    add(Int(statistic.kvmFlags))
    add(statistic.kind == .state ? 1 : 0)
    add(Int(statistic.scale.exponent))
    add(statistic.size)
    add(statistic.offset)
    add(Int(statistic.bucketSize))
    add(statistic.isSigned ? 1 : 0)
    add(statistic.states.count)
    for state in statistic.states { add(state) }
  }

  private mutating func add(_ number: Int) {
    for shift in stride(from: 0, to: 64, by: 8) {
      add(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  private mutating func add(_ text: String) {
    add(text.utf8.count)
    add(text.utf8)
  }
}
