internal import Statistics
internal import StatsTree

extension JSONWriter {
  /// Writes the value of a statistic now.
  mutating func value(of statistic: Statistic, _ sampler: Sampler, _ entry: Plan.Entry) {
    if statistic.kind.isHistogram {
      guard let histogram = sampler.histogram(statistic, of: entry) else {
        null()
        return
      }
      object { $0.members(of: histogram) }
    } else if statistic.size == 1 {
      word(0, of: statistic, sampler, entry)
    } else {
      array { writer in
        for index in 0..<statistic.size { writer.word(index, of: statistic, sampler, entry) }
      }
    }
  }

  private mutating func word(
    _ index: Int, of statistic: Statistic, _ sampler: Sampler, _ entry: Plan.Entry
  ) {
    guard let word = sampler.value(statistic, of: entry, word: index) else {
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

  /// Writes the rate of a statistic with its key, where it has one.
  mutating func rate(
    of statistic: Statistic, _ name: [UInt8], _ sampler: Sampler, _ entry: Plan.Entry
  ) {
    if statistic.kind.isHistogram {
      guard let change = sampler.change(statistic, of: entry) else { return }
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
    } else if statistic.kind == .cumulative, let rate = sampler.rate(statistic, of: entry) {
      key(written: name)
      object { writer in
        writer.key("per_second")
        writer.value(rate.perSecond)
        writer.key("lowest")
        writer.value(rate.lowest)
        writer.key("highest")
        writer.value(rate.highest)
        if rate.afterReset { writer.afterReset() }
      }
    }
  }

  private mutating func afterReset() {
    key("after_reset")
    value(true)
  }
}
