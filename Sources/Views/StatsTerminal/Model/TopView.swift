internal import StatsTree

/// A view of `vitals top`, which determines what the rows show, such as VMs or vCPUs.
public enum TopView: String, CaseIterable, Hashable, Sendable {
  case vms
  case vcpus
  case host
  case groups
  case programs

  /// The title of the view on the screen.
  var title: String {
    switch self {
    case .vms: "VMs"
    case .vcpus: "vCPUs"
    case .host: "Host"
    case .groups: "Cgroups"
    case .programs: "Programs"
    }
  }

  /// Selects the view that has a row for a source; nil if no view has such a row.
  init?(_ source: Source) {
    switch source.role {
    case .vms, .domains, .vm, .domain: self = .vms
    case .vcpu: self = .vcpus
    case .host, .cpu, .hypervisor, .physicalCPU: self = .host
    case .cgroups, .cgroup: self = .groups
    case .publishers, .publisher, .published: self = .programs
    case .plugins, .plugin, .pluginObject, .other: return nil
    }
  }

  /// Returns the part of a path that distinguishes the rows of the view.
  func name(of path: String) -> String {
    switch self {
    case .vms:
      path.contains("/") ? String(path.drop { $0 != "/" }.dropFirst()) : "all of \(path)"
    case .vcpus, .groups, .programs:
      String(path.drop { $0 != "/" }.dropFirst(path.contains("/") ? 1 : 0))
    case .host: path
    }
  }

  /// The text that is shown if the view has no rows.
  var emptyText: String {
    switch self {
    case .vms, .vcpus:
      "No virtual machines are running on this host. 'vitals demo' starts some."
    case .host: "No statistics of the host are available."
    case .groups: "No control group contains virtual machines."
    case .programs: "No program publishes statistics."
    }
  }
}
