/// The kind of object that a source describes.
///
/// Views, rules and exporters decide by role and labels; a path is only for display and selection.
public enum SourceRole: UInt8, CaseIterable, Hashable, Sendable {
  /// No role was assigned.
  case other
  /// All KVM virtual machines of the host.
  case vms
  /// All Xen domains of the host.
  case domains
  /// The control groups that contain VMs.
  case cgroups
  /// All publishers.
  case publishers
  /// All xcp-rrdd plugins.
  case plugins
  /// The host as its own kernel describes it.
  case host
  /// A CPU of the host.
  case cpu
  /// A KVM virtual machine.
  case vm
  /// A Xen domain.
  case domain
  /// A virtual CPU of a VM or domain.
  case vcpu
  /// The host as the hypervisor below it describes it.
  case hypervisor
  /// A CPU of the host as the hypervisor describes it.
  case physicalCPU
  /// A control group that contains VMs.
  case cgroup
  /// A program that publishes a shared table.
  case publisher
  /// An object of a publisher's table.
  case published
  /// An xcp-rrdd plugin.
  case plugin
  /// A domain or storage repository that a plugin reports on.
  case pluginObject

  /// The role as one word of JSON: `vm`, `physical_cpu`.
  public var word: String {
    switch self {
    case .physicalCPU: "physical_cpu"
    case .pluginObject: "plugin_object"
    default: "\(self)"
    }
  }

  /// The label that identifies a source of this role among its siblings, such as `vm`.
  public var labelName: String? {
    switch self {
    case .vm: "vm"
    case .domain: "domain"
    case .publisher: "publisher"
    default: nil
    }
  }

  /// Whether the source is a publisher or an object of its table.
  public var isPublished: Bool { self == .publisher || self == .published }

  /// Whether the source is a guest: a VM or a domain.
  public var isGuest: Bool { self == .vm || self == .domain }
}
