public import Statistics
public import StatsTree

/// Writes sources with their values and rates as one line of JSON per sample.
///
/// ```
/// {"version":1,"time":"2026-11-21T05:06:11.000000042Z","sources":[
///   {"path":"kvm/web1/vcpu0","status":"up","labels":{},"keys":{"vcpu":"0"},"groups":[
///     {"name":"kvm","provenance":"pidfd_getfd","status":"up","schema":"00f3...",
///      "window":{"begin":123,"end":124},
///      "values":{"exits":12,"halt_wait_hist":{"buckets":[[0,0,3],[1,1,2]],"count":5}},
///      "rates":{"exits":{"per_second":4.5,"lowest":4.4,"highest":4.6}}}]}]}
/// ```
/// - A denied source or group has a `reason`, which is the name of an `errno` value. The `reason`
///   of a stale source or group is the time since which the values are stale. A group without
///   values has no `window`, `values` or `rates`.
/// - The times in `window` and `reason` are nanoseconds of CLOCK_MONOTONIC. `window` is the time
///   during which the values were read.
/// - Values are raw. Their units and scales are in the schema whose hash is `schema`. A state is
///   written as its name, or as an integer if the value has no name. A statistic that has several
///   words and is not a histogram is written as an array. An inactive (missing) value is `null`.
/// - An aggregate has `provenances` (the access methods of its members) and `members` (the number
///   of its members by status). A boolean or state of an aggregate is written as the number of
///   members with each value, such as `{"no":5,"yes":3}`. `departed` contains the part of each sum
///   that comes from departed members (members that no longer exist).
/// - A bucket is written as `[lower, upper, count]` with inclusive bounds. `upper` is null if the
///   bucket has no upper bound. Empty buckets are omitted.
/// - An integer is written as a string of digits if its magnitude exceeds 2^53, because many
///   readers use floating point.
/// - A rate with `"after_reset":true` is a lower bound, because the counter was reset in the
///   interval. `highest` is null if the windows of the two samples overlap. In `rates`, a histogram
///   contains the samples of the interval.
/// - If a schema repeats a name, the second statistic has the suffix `#2`, the third has `#3`, and
///   so on.
public struct JSONLines {
  /// Whether `rates` is written for groups that were sampled at least twice.
  public var showsRates: Bool
  // The statistic names of each schema as JSON keys, with quotes and colon.
  private var keys: [Schema: [[UInt8]]] = [:]

  public init(showsRates: Bool = false) {
    self.showsRates = showsRates
  }

  /// Returns the line of the sampler's last sample, with a newline.
  public mutating func line(
    of sampler: Sampler, at timestamp: Timestamp, matching pattern: Pattern = .everything
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.version()
      writer.member("time", timestamp.text)
      writer.key("sources")
      writer.array { writer in
        for item in VisibleSources(sampler, matching: pattern).items {
          write(item, sampler, to: &writer)
        }
      }
    }
    writer.endLine()
    return writer.bytes
  }

  private mutating func write(
    _ item: VisibleSources.Item, _ sampler: Sampler, to writer: inout JSONWriter
  ) {
    let source = item.source
    writer.object { writer in
      writer.member("path", source.path)
      write(source.status, to: &writer)
      writer.diagnostics(of: source)
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
    let aggregate = group.aggregation?.definition
    writer.object { writer in
      writer.member("name", group.name)
      writer.member("provenance", group.provenance.description)
      if let members = sampler.members(of: entry) {
        writer.members(members, sampler.provenances(of: entry))
      }
      write(status, to: &writer)
      writer.member("schema", group.schema.hashText)
      guard status.hasNumbers else { return }
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
          if let stateCounts = StateCounts(of: index, in: aggregate) {
            writer.counts(sampler.counts(statistic, at: entry.placement), of: stateCounts)
          } else {
            writer.value(of: statistic, sampler, at: entry.placement)
          }
        }
      }
      writer.departed(names, sampler, entry)
      guard showsRates, sampler.interval(of: entry) != nil else { return }
      writer.key("rates")
      writer.object { writer in
        for index in entry.shown where StateCounts(of: index, in: aggregate) == nil {
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
