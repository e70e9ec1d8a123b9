/// What Vitals asks a QEMU monitor; nothing that changes the machine.
enum QMPCommand: Hashable, Sendable {
  /// What the statistics of a query are about.
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

  /// The command's name.
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

  /// The command as it is sent.
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
