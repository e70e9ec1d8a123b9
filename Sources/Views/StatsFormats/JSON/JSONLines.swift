internal import Statistics
public import StatsTree

/// A JSON object on a line for each sample.
///
/// ```
/// {"time":"2026-11-21T05:06:11.000000042Z","sources":[
///   {"path":"kvm/web1/vcpu0","status":"up","labels":{},"keys":{"vcpu":"0"},"groups":[
///     {"name":"kvm","provenance":"pidfd_getfd","status":"up","schema":"00f3...",
///      "window":{"begin":123,"end":124},
///      "values":{"exits":12,"halt_wait_hist":{"buckets":[[0,0,3],[1,1,2]],"count":5}},
///      "rates":{"exits":{"per_second":4.5,"lowest":4.4,"highest":4.6}}}]}]}
/// ```
/// - A source or group that is not up also has `reason`: an `errno` name, or since when it is
///   stale. Without numbers a group has no `window`, `values` and `rates`.
/// - Times of `window` and `reason` are nanoseconds of CLOCK_MONOTONIC.
/// - Values are raw: the schema of that hash says which unit and scale they have. A state has its
///   name, or its number where it has none. Several words that are no histogram are an array. A
///   value that is not produced now is `null`.
/// - An aggregate has the `provenances` of its `members`, of which it says how many there are and in
///   which state. It has a boolean or state as the number of members by name, `{"no":5,"yes":3}`.
///   What departed members left in its sums is in `departed`.
/// - Buckets are `[lower, upper, count]`, both bounds inclusive, `upper` null in the open one; empty
///   buckets are left out.
/// - An integer beyond 2^53 is a string of its digits, so that no reader loses a bit of it.
/// - A rate has `"after_reset":true` where the count was reset: it is a lower bound then. `highest`
///   is null where the windows overlap. A histogram's rate has the samples of the interval.
/// - A name that stands twice in a schema gets `#2` the second time.
public struct JSONLines {
  /// Whether a group that has been sampled twice has `rates`.
  public var showsRates: Bool
  // The names of each schema, as keys with quotes and colon.
  private var keys: [Schema: [[UInt8]]] = [:]

  public init(showsRates: Bool = false) {
    self.showsRates = showsRates
  }

  /// The line of the last pass, with its newline.
  public mutating func line(
    of sampler: Sampler, at moment: Timestamp, matching pattern: Pattern = .everything
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("time", moment.text)
      writer.key("sources")
      writer.array { writer in
        for item in Listing(sampler, matching: pattern).items {
          write(item, sampler, to: &writer)
        }
      }
    }
    writer.endLine()
    return writer.bytes
  }

  private mutating func write(
    _ item: Listing.Item, _ sampler: Sampler, to writer: inout JSONWriter
  ) {
    let source = item.source
    writer.object { writer in
      writer.member("path", source.path)
      write(source.status, to: &writer)
      if !source.remarks.isEmpty {
        writer.key("remarks")
        writer.array { writer in
          for remark in source.remarks { writer.value(remark) }
        }
      }
      for (name, facts) in [("labels", source.labels), ("keys", source.keys)] {
        writer.key(name)
        writer.object { writer in
          for (key, value) in facts.sorted(by: { $0.key < $1.key }) { writer.member(key, value) }
        }
      }
      writer.key("groups")
      writer.array { writer in
        for entry in item.entries { write(entry, sampler, to: &writer) }
      }
    }
  }

  private func write(_ status: Status, to writer: inout JSONWriter) {
    writer.member("status", status.word)
    guard let reason = status.reason else { return }
    writer.key("reason")
    if case .stale(let since) = status {
      writer.value(since)
    } else {
      writer.value(reason)
    }
  }

  private mutating func write(
    _ entry: Plan.Entry, _ sampler: Sampler, to writer: inout JSONWriter
  ) {
    let group = entry.group
    let status = sampler.status(of: entry)
    let names = keys(of: group.schema)
    let fold = group.aggregation?.form
    writer.object { writer in
      writer.member("name", group.name)
      writer.member("provenance", group.provenance.description)
      if let members = sampler.members(of: entry) {
        writer.members(members, sampler.provenances(of: entry))
      }
      write(status, to: &writer)
      writer.member("schema", group.schema.hashText)
      guard status.hasNumbers, status != .stale(since: 0) else { return }
      let window = sampler.window(of: entry)
      writer.key("window")
      writer.object { writer in
        writer.key("begin")
        writer.value(window.begin)
        writer.key("end")
        writer.value(window.end)
      }
      writer.key("values")
      writer.object { writer in
        for index in entry.shown {
          writer.key(written: names[index])
          let statistic = group.schema.statistics[index]
          if let tally = StateCounts(of: index, in: fold) {
            writer.counts(sampler.counts(statistic, at: entry.placement), of: tally)
          } else {
            writer.value(of: statistic, sampler, at: entry.placement)
          }
        }
      }
      writer.departed(names, sampler, entry)
      guard showsRates, sampler.interval(of: entry) != nil else { return }
      writer.key("rates")
      writer.object { writer in
        for index in entry.shown where StateCounts(of: index, in: fold) == nil {
          writer.rate(
            of: group.schema.statistics[index], names[index], sampler, at: entry.placement)
        }
      }
    }
  }

  private mutating func keys(of schema: Schema) -> [[UInt8]] {
    if let known = keys[schema] { return known }
    let made = StatisticNames(of: schema).names.map { name in
      var text = ByteText()
      text.append(json: name)
      text.append(byte: .colon)
      return text.bytes
    }
    keys[schema] = made
    return made
  }
}
