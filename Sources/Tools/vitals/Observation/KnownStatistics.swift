import HostStats
import KVMStats
import KVMStatsFormat
import LinuxSystem
import ProcStats
import Statistics
import StatsInput
import StatsText
import StatsTree
import TableInput
import XenStats

/// Collects all statistics that this host has now, by name, with the groups that contain each
/// statistic.
struct KnownStatistics {
  private(set) var forms: [String: [StatisticForm]] = [:]

  /// Collects the statistics of the sources of this host, and the statistics in the schemas of the
  /// kernel.
  ///
  /// - Parameter tables: the directories of publishers.
  init(tables: TableInput.Options) {
    let tree = Tree()
    let publishers = try? TableInput(tree, options: tables)
    _ = publishers?.refresh()
    if let input = try? KVMInput(tree) { _ = input.refresh() }
    if ControlDomain.absence(SystemRoots()) == nil { _ = XenInput(tree).refresh() }
    try? HostInput().attach(to: tree)
    tree.root.visit { source in
      // An aggregate has the same statistics as its members, so skip the aggregate.
      for group in source.groups where group.aggregation == nil {
        add(group.schema, place: Self.place(of: source, group))
      }
    }
    if let kernel = try? KernelSchemas() {
      add(kernel.vm, place: Self.vmPlace("kvm"))
      add(kernel.vcpu, place: Self.vcpuPlace("kvm"))
    }
    add(ThreadScheduleBacking.schema, place: Self.vcpuPlace("sched"))
    add(ProcessMemoryBacking.schema, place: Self.vmPlace("memory"))
  }

  private static func vmPlace(_ group: String) -> String {
    "\(KVMInput.root.path(of: "<vm>")) (\(group))"
  }

  private static func vcpuPlace(_ group: String) -> String {
    "\(KVMInput.root.path(of: "<vm>/vcpu<n>")) (\(group))"
  }

  private mutating func add(_ schema: Schema, place: String) {
    for statistic in schema.statistics {
      var plain = statistic
      plain.offset = 0
      if let known = forms[statistic.name]?.firstIndex(where: { $0.statistic == plain }) {
        if forms[statistic.name]?[known].places.contains(place) == false {
          forms[statistic.name]?[known].places.append(place)
        }
      } else {
        forms[statistic.name, default: []].append(StatisticForm(statistic: plain, places: [place]))
      }
    }
  }

  /// Returns the path of a source and the name of a group, with placeholders for the names of VMs
  /// and for numbers: `kvm/<vm>/vcpu<n> (kvm)`.
  private static func place(of source: Source, _ group: Group) -> String {
    var chain: [Source] = []
    var next: Source? = source
    while let part = next, !part.name.isEmpty {
      chain.append(part)
      next = part.parent
    }
    let general = chain.reversed().map { part in
      switch part.role {
      case .vm, .domain: "<\(part.role.labelName ?? part.name)>"
      case .publisher: part.name
      default:
        part.parent?.name.isEmpty == false && part.name.contains(where: \.isNumber)
          ? part.name.prefix { !$0.isNumber } + "<n>" : part.name
      }
    }
    return general.joined(separator: "/") + " (\(group.name))"
  }
}
