internal import Statistics
import StatsKnowledge
public import StatsTree

/// Statistics first: one JSON object of all statistics, with the values by path.
///
/// ```
/// {"exits":{"kvm/web1/vcpu0":12,"kvm/web1/vcpu1":4},"run_ns":{"kvm/web1/vcpu0":123}}
/// ```
/// Values are raw, as in `JSONLines`. Where a source has a name in several groups the later ones
/// have the group behind the path: `kvm/web1 sched`. A group without numbers has `null`.
public struct StatisticJSON: Sendable {
  public init() {}

  /// The object of the last pass, with a newline.
  public func line(of sampler: Sampler) -> [UInt8] {
    struct Cell {
      let path: String
      let form: CellForm
      let placement: Placement
    }
    var names: [String] = []
    var cells: [String: [Cell]] = [:]
    var taken: [String: Set<String>] = [:]
    for entry in sampler.plan.entries {
      let (schema, fold) = (entry.group.schema, entry.group.aggregation?.form)
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
            path: key, form: CellForm(of: index, .builtIn, in: schema, fold),
            placement: entry.placement))
      }
    }
    var writer = JSONWriter()
    writer.object { writer in
      for name in names {
        writer.key(name)
        writer.object { writer in
          for cell in cells[name] ?? [] {
            writer.key(cell.path)
            writer.value(of: cell.form, sampler, at: cell.placement)
          }
        }
      }
    }
    writer.endLine()
    return writer.bytes
  }
}
