internal import Statistics
internal import StatsTree

extension JSONWriter {
  /// Writes the current value of a statistic.
  ///
  /// If the statistic counts the members of an aggregate by state, writes the number of members by
  /// state.
  mutating func value(of formatter: CellFormatter, _ sampler: Sampler, at placement: Placement) {
    if let stateCounts = formatter.stateCounts {
      counts(sampler.counts(formatter.statistic, at: placement), of: stateCounts)
    } else {
      value(of: formatter.statistic, sampler, at: placement)
    }
  }

  /// Writes the current value of a statistic.
  mutating func value(of statistic: Statistic, _ sampler: Sampler, at placement: Placement) {
    if statistic.kind.isHistogram {
      guard let histogram = sampler.histogram(statistic, at: placement) else {
        null()
        return
      }
      object { $0.members(of: histogram) }
    } else if statistic.size == 1 {
      word(0, of: statistic, sampler, placement)
    } else {
      array { writer in
        for index in 0..<statistic.size { writer.word(index, of: statistic, sampler, placement) }
      }
    }
  }

  private mutating func word(
    _ index: Int, of statistic: Statistic, _ sampler: Sampler, _ placement: Placement
  ) {
    guard let word = sampler.value(statistic, at: placement, word: index) else {
      null()
      return
    }
    if statistic.kind == .state, word < UInt64(statistic.states.count) {
      value(statistic.states[Int(word)])
    } else {
      value(Level(word, of: statistic).value)
    }
  }

  mutating func members(of histogram: Histogram) {
    key("buckets")
    array { writer in
      for (index, count) in histogram.counts.enumerated() where count > 0 {
        writer.array { writer in
          let bounds = histogram.shape.bounds(of: index)
          for bound in [bounds?.lower, bounds?.upper] {
            if let bound { writer.value(bound) } else { writer.null() }
          }
          writer.value(count)
        }
      }
    }
    key("count")
    value(histogram.count)
  }

  // MARK: - Rates

  /// Writes the key `name` and the rate of a statistic, if the statistic has a rate.
  mutating func rate(
    of statistic: Statistic, _ name: String, _ sampler: Sampler, at placement: Placement
  ) {
    var quoted = ByteText()
    quoted.append(json: name)
    quoted.append(byte: .colon)
    rate(of: statistic, quoted.bytes, sampler, at: placement)
  }

  /// Writes a key and the rate of a statistic, if the statistic has a rate.
  ///
  /// `name` is the key as JSON text, with quotes and colon.
  mutating func rate(
    of statistic: Statistic, _ name: [UInt8], _ sampler: Sampler, at placement: Placement
  ) {
    if statistic.kind.isHistogram {
      guard let change = sampler.change(statistic, at: placement) else { return }
      key(written: name)
      object { writer in
        switch change {
        case .increase(let histogram):
          writer.members(of: histogram)
        case .reset(let since):
          writer.members(of: since)
          writer.afterReset()
        }
      }
    } else if statistic.kind == .cumulative, let rate = sampler.rate(statistic, at: placement) {
      key(written: name)
      object { $0.members(of: rate) }
    }
  }

  mutating func members(of rate: Rate) {
    key("per_second")
    value(rate.perSecond)
    key("lowest")
    value(rate.lowest)
    key("highest")
    value(rate.highest)
    if rate.afterReset { afterReset() }
  }

  private mutating func afterReset() {
    key("after_reset")
    value(true)
  }
}
