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
    of sampler: Sampler, at moment: Timestamp, matching pattern: Pattern = .everything
  ) -> [UInt8] {
    var text = ByteText()
    var starts: [Schema: [[UInt8]]] = [:]
    for item in Listing(sampler, matching: pattern).items {
      let place = Self.place(of: item.source, at: moment)
      if item.entries.isEmpty {
        text.append(place)
        text.append(",")
        Self.append(item.source.status, to: &text)
        text.append(",,,,,,,,,\n")
      }
      for entry in item.entries {
        let schema = entry.group.schema
        let names = starts[schema] ?? Self.starts(of: schema)
        starts[schema] = names
        append(entry, sampler, place, names, to: &text)
      }
    }
    return text.bytes
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
    let start = Self.start(of: entry, sampler, place)
    let members = sampler.members(of: entry)?.text ?? ""
    let status = sampler.status(of: entry)
    guard status.hasNumbers, status != .stale(since: 0) else {
      text.append(start)
      text.append(",,,,,,\(members),,,\n")
      return
    }
    let fold = entry.group.aggregation?.form
    for index in entry.shown {
      let function = fold?.origin(of: index).function?.rawValue ?? ""
      text.appendLines(
        entry.group.schema.statistics[index], StateCounts(of: index, in: fold), sampler,
        at: entry.placement, start: start + starts[index], end: ",\(members),\(function),,")
    }
  }

  // MARK: - Parts of a line

  /// Time and source, each with its comma.
  static func place(of source: Source, at moment: Timestamp) -> [UInt8] {
    var place = ByteText()
    place.append(moment.text)
    place.append(byte: .comma)
    place.append(csv: source.path)
    place.append(byte: .comma)
    return place.bytes
  }

  /// The place, then group, provenance, status and reason, each with its comma.
  static func start(of entry: Plan.Entry, _ sampler: Sampler, _ place: [UInt8]) -> [UInt8] {
    var start = ByteText()
    start.append(place)
    start.append(csv: entry.group.name)
    start.append(byte: .comma)
    start.append(csv: entry.group.provenance.description)
    append(sampler.status(of: entry), to: &start)
    return start.bytes
  }

  private static func append(_ status: Status, to text: inout ByteText) {
    text.append(",\(status.word),\(status.reason ?? ""),")
  }
}
