/// The kind of object that a source describes.
///
/// Views, rules and exporters choose what to do by the role and the labels. They use the path of a
/// source only to display and select the source.
public enum SourceRole: UInt8, CaseIterable, Hashable, Sendable {
  /// No role was assigned.
  case other
  /// The source above all KVM virtual machines of the host.
  case vms
  /// The source above all Xen domains of the host.
  case domains
  /// The source above the control groups that contain VMs.
  case cgroups
  /// The source above all publishers, which are programs that publish shared tables.
  case publishers
  /// The source above all xcp-rrdd plugins.
  case plugins
  /// The host as the host's own kernel describes it.
  case host
  /// A CPU of the host.
  case cpu
  /// A KVM virtual machine.
  case vm
  /// A Xen domain.
  case domain
  /// A virtual CPU of a VM or domain.
  case vcpu
  /// The host as the hypervisor on which it runs describes it.
  case hypervisor
  /// A CPU of the host as the hypervisor on which the host runs describes it.
  case physicalCPU
  /// A control group that contains VMs.
  case cgroup
  /// A program that publishes a shared table.
  case publisher
  /// An object of a publisher's table.
  case published
  /// An xcp-rrdd plugin.
  case plugin
  /// A domain or storage repository whose values a plugin reports.
  case pluginObject

  /// The role as one word for JSON, such as `vm` or `physical_cpu`.
  public var word: String {
    switch self {
    case .physicalCPU: "physical_cpu"
    case .pluginObject: "plugin_object"
    default: "\(self)"
    }
  }

  /// The name of the label that identifies a source of this role among its siblings, such as `vm`.
  public var labelName: String? {
    switch self {
    case .vm: "vm"
    case .domain: "domain"
    case .publisher: "publisher"
    default: nil
    }
  }

  /// Whether the source is a publisher or an object of a publisher's table.
  public var isPublished: Bool { self == .publisher || self == .published }

  /// Whether the source is a guest: a VM or a domain.
  public var isGuest: Bool { self == .vm || self == .domain }
}
