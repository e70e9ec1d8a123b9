public import StatsTree

extension Tree {
  /// Assigns each source the role that the inputs give to sources at such a path.
  public func assignRolesByPath() {
    root.visit { source in
      guard source !== root, source.role == .other else { return }
      let parts = source.path.split(separator: "/")
      source.role =
        switch (parts.first, parts.count) {
        case ("kvm", 1): .vms
        case ("kvm", 2): .vm
        case ("kvm", _): .vcpu
        case ("xen", 1): .domains
        case ("xen", 2): parts[1] == "host" ? .hypervisor : .domain
        case ("xen", _): parts[1] == "host" ? .physicalCPU : .vcpu
        case ("app", 1): .publishers
        case ("app", 2): .publisher
        case ("app", _): .published
        case ("host", 1): .host
        case ("host", _): .cpu
        case ("cgroup", 1): .cgroups
        case ("cgroup", _): .cgroup
        default: .other
        }
    }
  }
}

extension Source {
  /// The texts of the diagnostics.
  public var diagnosticTexts: [String] { diagnostics.map(\.text) }
}
