/// The commands that Vitals sends to a QEMU monitor.
///
/// No command changes the VM.
enum QMPCommand: Hashable, Sendable {
  /// The objects whose statistics a query returns.
  enum Target: String, Hashable, Sendable {
    case vm
    case vcpu
  }

  case capabilities
  case name
  case identity
  case schemas
  case vcpus
  case statistics(Target)

  /// The name of the command.
  var name: String {
    switch self {
    case .capabilities: "qmp_capabilities"
    case .name: "query-name"
    case .identity: "query-uuid"
    case .schemas: "query-stats-schemas"
    case .vcpus: "query-cpus-fast"
    case .statistics: "query-stats"
    }
  }

  /// Returns the command in the form in which it is sent.
  func line(id: Int) -> String {
    let arguments =
      switch self {
      case .capabilities, .name, .identity, .vcpus: ""
      case .schemas: #","arguments":{"provider":"kvm"}"#
      case .statistics(let target):
        #","arguments":{"target":"\#(target.rawValue)","providers":[{"provider":"kvm"}]}"#
      }
    return #"{"execute":"\#(name)","id":\#(id)\#(arguments)}"# + "\r\n"
  }
}
