import HostStats
import KVMStats
import KVMStatsFormat
import LinuxSystem
import ProcStats
import Statistics
import StatsTree
import TableInput
import XenStats

/// Every statistic that this host has now, by name, with where it stands.
struct KnownStatistics {
  /// One form of a statistic and the groups that have it.
  struct Form {
    let statistic: Statistic
    var places: [String]
  }

  private(set) var forms: [String: [Form]] = [:]

  /// Looks at the sources of this host, and at the kernel's own schemas.
  ///
  /// - Parameter tables: where publishers are looked for.
  init(tables: TableInput.Options) {
    let tree = Tree()
    let publishers = try? TableInput(tree, options: tables)
    _ = publishers?.refresh()
    if let input = try? KVMInput(tree) { _ = input.refresh() }
    if ControlDomain.absence(SystemRoots()) == nil { _ = XenInput(tree).refresh() }
    try? HostInput().attach(to: tree)
    tree.root.visit { source in
      // An aggregate has its members' statistics.
      for group in source.groups where group.aggregation == nil {
        add(group.schema, place: Self.place(of: source, group))
      }
    }
    if let kernel = try? KernelSchemas() {
      add(kernel.vm, place: "kvm/<vm> (kvm)")
      add(kernel.vcpu, place: "kvm/<vm>/vcpu<n> (kvm)")
    }
    add(ThreadScheduleBacking.schema, place: "kvm/<vm>/vcpu<n> (sched)")
    add(ProcessMemoryBacking.schema, place: "kvm/<vm> (memory)")
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
        forms[statistic.name, default: []].append(Form(statistic: plain, places: [place]))
      }
    }
  }

  /// The place with the source's own names left open: `kvm/<vm>/vcpu<n> (kvm)`.
  private static func place(of source: Source, _ group: Group) -> String {
    let parts = source.path.split(separator: "/").map(String.init)
    var general: [String] = []
    for (index, part) in parts.enumerated() {
      let isHost = source.path.hasPrefix("xen/host")
      if index == 1, parts[0] == "xen", !isHost {
        general.append("<domain>")
        continue
      }
      let isVM = index == 1 && parts[0] == "kvm"
      if index == 1, parts[0] == "app" {
        general.append(part)
        continue
      }
      let letters = part.prefix { !$0.isNumber }
      general.append(
        isVM ? "<vm>" : letters.count < part.count && index > 0 ? letters + "<n>" : part)
    }
    return general.joined(separator: "/") + " (\(group.name))"
  }
}
