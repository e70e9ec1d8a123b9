public import Statistics
public import StatsTree

/// Writes comma-separated values, with one line per value (RFC 4180, except that lines end with
/// LF).
///
/// | column | |
/// | --- | --- |
/// | time | time of the sample in UTC (RFC 3339) |
/// | source | path of the source |
/// | group, provenance | empty for a source without groups |
/// | status | `up`, `pending`, `stale`, `denied` or `gone` |
/// | reason | if denied: name of an `errno` value; if stale: since when, in ns of CLOCK_MONOTONIC |
/// | statistic | name; with the suffix `#2`, `#3`, … if the schema repeats the name |
/// | kind | `cumulative`, `log-histogram`, … |
/// | value | exact value in the unit, or name of a state; empty if the value is missing |
/// | unit | unit of the value or the bounds, with the scale if it is inexact: `2^-40 seconds` |
/// | lower, upper | buckets only: exact inclusive bounds; `upper` is empty if there is no bound |
/// | members | aggregates only: number of members, `6`, or `5/6` if only five are up |
/// | function | aggregates only: `sum`, `max`, …; empty for histograms and counts by state |
/// | member | aggregates only: path of the member that has the value |
/// | state | aggregates only: name of the state or boolean value that the counted members have |
///
/// A state or boolean of an aggregate has one line per name, and the value of the line is the
/// number of members. Each bucket has one line with its count, even if the count is 0. A statistic
/// that has several words (64-bit values) and is not a histogram has one line per word. A group
/// without values has one line without a statistic, so that no source is missing.
public struct CSV: Sendable {
  /// The header, which is the first line.
  public static let header = Array(
    ("time,source,group,provenance,status,reason,statistic,kind,value,unit,lower,upper,"
      + "members,function,member,state\n").utf8)

  public init() {}

  /// Returns the lines of the sampler's last sample, without the header.
  public func lines(
    of sampler: Sampler, at timestamp: Timestamp, matching pattern: Pattern = .everything
  ) -> [UInt8] {
    var text = ByteText()
    var starts: [Schema: [[UInt8]]] = [:]
    for item in VisibleSources(sampler, matching: pattern).items {
      let place = Self.place(of: item.source, at: timestamp)
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

  /// Returns the columns `statistic` and `kind` of each statistic, each with a trailing comma.
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
    guard status.hasNumbers else {
      text.append(start)
      text.append(",,,,,,\(members),,,\n")
      return
    }
    let aggregate = entry.group.aggregation?.definition
    for index in entry.shown {
      let function = aggregate?.origin(of: index).function?.rawValue ?? ""
      text.appendLines(
        entry.group.schema.statistics[index], StateCounts(of: index, in: aggregate), sampler,
        at: entry.placement, start: start + starts[index], end: ",\(members),\(function),,")
    }
  }

  // MARK: - Parts of a line

  /// Returns the columns `time` and `source`, each with a trailing comma.
  static func place(of source: Source, at timestamp: Timestamp) -> [UInt8] {
    var place = ByteText()
    place.append(timestamp.text)
    place.append(byte: .comma)
    place.append(csv: source.path)
    place.append(byte: .comma)
    return place.bytes
  }

  /// Returns `place` followed by the columns `group` to `reason`, each with a trailing comma.
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
