/// What the rows of a screen are.
public enum TopView: String, CaseIterable, Hashable, Sendable {
  case vms
  case vcpus
  case host
  case groups
  case programs

  /// What a person reads.
  var title: String {
    switch self {
    case .vms: "VMs"
    case .vcpus: "vCPUs"
    case .host: "Host"
    case .groups: "Cgroups"
    case .programs: "Programs"
    }
  }

  /// The view that a source is a row of; nil of one that is in none.
  init?(_ path: String) {
    let parts = path.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    switch parts[0] {
    // The machine below the hypervisor, beside its domains.
    case "xen" where parts.count > 1 && parts[1] == "host": self = .host
    case "kvm", "xen": self = parts.count < 3 ? .vms : .vcpus
    case "host": self = .host
    case "cgroup": self = .groups
    case "app": self = .programs
    default: return nil
    }
  }

  /// The part of a path that tells it from the other rows.
  func name(of path: String) -> String {
    switch self {
    case .vms:
      path.contains("/") ? String(path.drop { $0 != "/" }.dropFirst()) : "all of \(path)"
    case .vcpus, .groups, .programs:
      String(path.drop { $0 != "/" }.dropFirst(path.contains("/") ? 1 : 0))
    case .host: path
    }
  }

  /// What to say where there are no rows.
  var absence: String {
    switch self {
    case .vms, .vcpus:
      "No virtual machine runs on this host now. 'vitals demo' makes some to look at."
    case .host: "Nothing is known of the host."
    case .groups: "No control group has virtual machines."
    case .programs: "No program publishes statistics."
    }
  }
}
