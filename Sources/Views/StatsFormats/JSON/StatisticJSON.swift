internal import Statistics
public import StatsTree

/// Writes the values of all sources as one JSON object, grouped by statistic.
///
/// ```
/// {"version":1,"statistics":{"exits":{"kvm/web1/vcpu0":12,"kvm/web1/vcpu1":4},
///   "run_ns":{"kvm/web1/vcpu0":123}}}
/// ```
/// Values are raw, as in `JSONLines`. If several groups of a source have a statistic with the same
/// name, the keys of the second and later groups contain the name of the group, such as
/// `kvm/web1 sched`. The value is `null` if the group has no values.
public struct StatisticJSON: Sendable {
  public init() {}

  /// Returns the object of the sampler's last sample, with a newline.
  public func line(of sampler: Sampler) -> [UInt8] {
    struct Cell {
      let path: String
      let formatter: CellFormatter
      let placement: Placement
    }
    var names: [String] = []
    var cells: [String: [Cell]] = [:]
    var taken: [String: Set<String>] = [:]
    for entry in sampler.plan.entries {
      let (schema, aggregate) = (entry.group.schema, entry.group.aggregation?.definition)
      let path = entry.source.path
      let own = StatisticNames(of: schema).names
      for index in entry.shown {
        let name = own[index]
        if cells[name] == nil { names.append(name) }
        var key = path
        if taken[name]?.contains(key) == true { key += " \(entry.group.name)" }
        guard taken[name, default: []].insert(key).inserted else { continue }
        cells[name, default: []].append(
          Cell(
            path: key, formatter: CellFormatter(of: index, in: schema, aggregate, meanings: nil),
            placement: entry.placement))
      }
    }
    return JSONWriter.document { writer in
      writer.key("statistics")
      writer.object { writer in
        for name in names {
          writer.key(name)
          writer.object { writer in
            for cell in cells[name] ?? [] {
              writer.key(cell.path)
              writer.value(of: cell.formatter, sampler, at: cell.placement)
            }
          }
        }
      }
    }
  }
}
