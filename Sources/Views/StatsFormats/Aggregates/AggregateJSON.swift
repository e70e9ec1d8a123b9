public import Statistics
public import StatsKnowledge
public import StatsTree

/// Writes the results of aggregate functions as one line of JSON per sample.
///
/// ```
/// {"version":1,"time":"2026-11-21T05:06:11.000000042Z","sources":[{"path":"kvm","aggregates":[
///   {"name":"vcpus.kvm","provenance":"aggregate","provenances":["pidfd_getfd"],
///    "members":{"count":6,"up":6,...},"status":"up",
///    "values":{"exits":{"sum":12,"max":{"value":5,"member":"kvm/web1/vcpu0"},"avg":2.5,"zero":1,
///      "list":{"kvm/web1/vcpu0":5,"kvm/web1/vcpu1":7}}},
///    "rates":{"exits":{"sum":{"per_second":4.5,...},"max":{"per_second":2.5,...,"member":"..."}}}
/// }]}]}
/// ```
/// Values are raw, as in `JSONLines`. An average has up to three decimals. A function that does not
/// apply to a statistic is omitted. Under `rates`, functions are applied to the rates of the
/// members.
///
/// Some statistics count the time of a wait only when the wait ends. Members that are waiting now
/// are then skipped under `rates`, and `waiting` is the number of skipped members. If no member is
/// skipped, `waiting` is omitted.
public struct AggregateJSON {
  private let outputs: [AggregateOutput]
  private let meanings: Meanings
  private let showsRates: Bool
  private var layout: AggregateLayout?

  /// - Parameters:
  ///   - outputs: The functions to apply, and whether to list the members.
  ///   - meanings: Tells which statistics count the time of a wait only when the wait ends.
  ///   - showsRates: Whether each aggregate has the JSON member `rates`.
  public init(outputs: [AggregateOutput], meanings: Meanings, showsRates: Bool) {
    self.outputs = outputs
    self.meanings = meanings
    self.showsRates = showsRates
  }

  /// Returns the line of the sampler's last sample, with a newline.
  public mutating func line(of sampler: Sampler, at timestamp: Timestamp) -> [UInt8] {
    let layout =
      layout.flatMap { $0.isCurrent(for: sampler) ? $0 : nil }
      ?? AggregateLayout(sampler, meanings: meanings)
    self.layout = layout
    var sources: [(source: Source, parts: [AggregatePart])] = []
    for block in layout.blocks {
      if let last = sources.last, last.source === block.source {
        sources[sources.count - 1].parts += block.parts
      } else {
        sources.append((block.source, block.parts))
      }
    }
    var writer = JSONWriter()
    writer.object { writer in
      writer.version()
      writer.member("time", timestamp.text)
      writer.key("sources")
      writer.array { writer in
        for (source, parts) in sources {
          writer.object { writer in
            writer.member("path", source.path)
            writer.key("aggregates")
            writer.array { writer in
              for part in parts { write(part, sampler, to: &writer) }
            }
          }
        }
      }
    }
    writer.endLine()
    return writer.bytes
  }

  private func write(_ part: AggregatePart, _ sampler: Sampler, to writer: inout JSONWriter) {
    let status = sampler.status(of: part.entry)
    writer.object { writer in
      writer.member("name", part.entry.group.name)
      writer.member("provenance", part.entry.group.provenance.description)
      if let members = sampler.members(of: part.entry) {
        writer.members(members, sampler.provenances(of: part.entry))
      }
      writer.member("status", status.word)
      guard status.hasNumbers else { return }
      writer.key("values")
      writer.object { writer in
        for column in part.columns {
          writer.key(column.name)
          writer.object { writer in
            for output in outputs {
              writer.value(of: output, part, column, sampler)
            }
          }
        }
      }
      guard showsRates, sampler.interval(of: part.entry) != nil else { return }
      writer.key("rates")
      writer.object { writer in
        for column in part.columns where column.hasRate {
          writer.key(column.name)
          writer.object { writer in
            let rates = MemberRates(column.member, part.members, sampler)
            for output in outputs {
              writer.rate(of: output, rates, part, column, sampler)
            }
            if rates.waitingCount > 0 {
              writer.key("waiting")
              writer.value(Int128(rates.waitingCount))
            }
          }
        }
      }
    }
  }
}

extension AggregateColumn {
  /// Whether the statistic is a counter or a histogram.
  ///
  /// Only these kinds have rates.
  fileprivate var hasRate: Bool {
    member.statistic.kind == .cumulative || member.statistic.kind.isHistogram
  }
}
