internal import Statistics
public import StatsTree

/// Comma-separated values, a line for each value (RFC 4180, but lines end with LF alone).
///
/// | column | |
/// | --- | --- |
/// | time | of the sample: RFC 3339, UTC |
/// | source | the path |
/// | group, provenance | empty for a source without groups |
/// | status, reason | `up`, `stale`, `denied`, `gone`; an `errno` name or since when it is stale |
/// | statistic | its name; the second of a name in a schema gets `#2` |
/// | kind | `cumulative`, `log-histogram`, ... |
/// | value | exact, in the unit; a state's name; empty where it is not produced now |
/// | unit | of the value; of a bucket, of its bounds; where the scale has no exact decimal text, with it before: `2^-40 seconds` |
/// | lower, upper | only of a bucket: its exact bounds, both inclusive; the open one has no upper |
/// | members | of an aggregate: `6`, or `5/6` where the numbers of only five are of now |
/// | function | of an aggregate: `sum`, `max`...; empty where histograms are merged or names counted |
/// | member | which member has the value, where it is that of one |
/// | state | which value of a state or boolean the members are counted of, by name |
///
/// An aggregate has its states and booleans as a line for each name, whose value is the number of
/// members. Each bucket is a line, whose value is its count, and an empty one is no exception. Several words
/// that are no histogram have a line each. A group without numbers has one line without a
/// statistic, so no source is missing.
public struct CSV: Sendable {
  /// The first line.
  public static let header = Array(
    ("time,source,group,provenance,status,reason,statistic,kind,value,unit,lower,upper,"
      + "members,function,member,state\n").utf8)

  public init() {}

  /// The lines of the last pass.
  public func lines(
    of sampler: Sampler, at moment: Moment, matching pattern: Pattern = .everything
  ) -> [UInt8] {
    var text = ByteText()
    var starts: [Schema: [[UInt8]]] = [:]
    for item in Listing(sampler, matching: pattern).items {
      var place = ByteText()
      place.append(moment.text)
      place.append(byte: .comma)
      place.append(csv: item.source.path)
      place.append(byte: .comma)
      if item.entries.isEmpty {
        text.append(place.bytes)
        text.append(",")
        append(item.source.status, to: &text)
        text.append(",,,,,,,,,\n")
      }
      for entry in item.entries {
        let schema = entry.group.schema
        let names = starts[schema] ?? Self.starts(of: schema)
        starts[schema] = names
        append(entry, sampler, place.bytes, names, to: &text)
      }
    }
    return text.bytes
  }

  private func append(_ status: Status, to text: inout ByteText) {
    text.append(",\(status.word),\(status.reason ?? ""),")
  }

  /// Statistic and kind of each line, with the comma behind.
  private static func starts(of schema: Schema) -> [[UInt8]] {
    zip(schema.statistics, StatisticNames(of: schema).names).map { statistic, name in
      var text = ByteText()
      text.append(csv: name)
      text.append(",\(statistic.kind),")
      return text.bytes
    }
  }

  private func append(
    _ entry: Plan.Entry, _ sampler: Sampler, _ place: [UInt8], _ starts: [[UInt8]],
    to text: inout ByteText
  ) {
    let status = sampler.status(of: entry)
    var start = ByteText()
    start.append(place)
    start.append(csv: entry.group.name)
    start.append(byte: .comma)
    start.append(csv: entry.group.provenance.description)
    append(status, to: &start)
    guard status.hasNumbers, status != .stale(since: 0) else {
      text.append(start.bytes)
      text.append(",,,,,,")
      text.append(sampler.members(of: entry)?.text ?? "")
      text.append(",,,\n")
      return
    }
    let fold = entry.group.aggregation?.form
    let members = sampler.members(of: entry)?.text ?? ""
    for index in entry.shown {
      let statistic = entry.group.schema.statistics[index]
      let name = starts[index]
      let function = fold?.origin(of: index).function?.rawValue ?? ""
      let end = ",\(members),\(function),,"
      if let tally = Tally(of: index, in: fold) {
        append(tally, statistic, sampler, entry, start.bytes + name, end, to: &text)
        continue
      }
      if let histogram = sampler.histogram(statistic, of: entry) {
        for (index, count) in histogram.counts.enumerated() {
          text.append(start.bytes)
          text.append(name)
          text.append(number: count)
          text.append(",\(statistic.exactUnit),")
          let bounds = histogram.shape.bounds(of: index)
          if let lower = bounds?.lower { text.append(statistic.exactBound(lower)) }
          text.append(byte: .comma)
          if let upper = bounds?.upper { text.append(statistic.exactBound(upper)) }
          text.append(end)
          text.append(byte: .newline)
        }
        continue
      }
      for word in 0..<(statistic.kind.isHistogram ? 1 : statistic.size) {
        text.append(start.bytes)
        text.append(name)
        if !statistic.kind.isHistogram,
          let value = sampler.value(statistic, of: entry, word: word)
        {
          append(value, of: statistic, to: &text)
        }
        text.append(",\(statistic.exactUnit),,\(end)\n")
      }
    }
  }

  /// A line for each name with its number of members; one without a value where there is none.
  private func append(
    _ tally: Tally, _ statistic: Statistic, _ sampler: Sampler, _ entry: Plan.Entry,
    _ start: [UInt8], _ end: String, to text: inout ByteText
  ) {
    guard let counts = sampler.counts(statistic, at: entry.placement) else {
      text.append(start)
      text.append(",,,\(end)\n")
      return
    }
    for (value, (name, count)) in zip(tally.names, counts).enumerated() {
      text.append(start)
      text.append(number: count)
      let isOpen = !tally.isFlag && value == counts.count - 1
      text.append(",,\(value),\(isOpen ? "" : "\(value)")\(end)")
      text.append(csv: name)
      text.append(byte: .newline)
    }
  }

  private func append(_ word: UInt64, of statistic: Statistic, to text: inout ByteText) {
    if statistic.kind == .state, word < UInt64(statistic.states.count) {
      text.append(csv: statistic.states[Int(word)])
    } else {
      text.append(statistic.exact(word))
    }
  }
}
