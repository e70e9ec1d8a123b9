internal import Statistics
public import StatsTree

/// What functions make of aggregates' members, as a JSON object on a line for each sample.
///
/// ```
/// {"time":"2026-11-21T05:06:11.000000042Z","sources":[{"path":"kvm","aggregates":[
///   {"name":"vcpus.kvm","provenance":"aggregate","provenances":["pidfd_getfd"],
///    "members":{"count":6,"up":6,...},"status":"up",
///    "values":{"exits":{"sum":12,"max":{"value":5,"member":"kvm/web1/vcpu0"},"avg":2.5,"zero":1,
///      "list":{"kvm/web1/vcpu0":5,"kvm/web1/vcpu1":7}}},
///    "rates":{"exits":{"sum":{"per_second":4.5,...},"max":{"per_second":2.5,...,"member":"..."}}}
/// }]}]}
/// ```
/// Values are raw, as in `JSONLines`; an average has up to three decimals. Only what a function
/// says something of has a member of that name. Functions are applied to the members' own rates,
/// without those whose time goes on uncounted: `waiting` says how many, where there are some.
public struct AggregateJSON {
  private let functions: [AggregateFunction]
  private let showsRates: Bool
  private var layout: AggregateLayout?

  public init(functions: [AggregateFunction], showsRates: Bool) {
    self.functions = functions
    self.showsRates = showsRates
  }

  /// The line of the last pass, with its newline.
  public mutating func line(of sampler: Sampler, at moment: Timestamp) -> [UInt8] {
    let layout = layout.flatMap { $0.isOf(sampler) ? $0 : nil } ?? AggregateLayout(sampler)
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
      writer.member("time", moment.text)
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
      guard status.hasNumbers, status != .stale(since: 0) else { return }
      writer.key("values")
      writer.object { writer in
        for column in part.columns {
          writer.key(column.name)
          writer.object { writer in
            for function in functions {
              writer.value(of: function, part, column, sampler)
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
            for function in functions {
              writer.rate(of: function, rates, part, column, sampler)
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
  /// Whether it grows.
  fileprivate var hasRate: Bool {
    member.statistic.kind == .cumulative || member.statistic.kind.isHistogram
  }
}
