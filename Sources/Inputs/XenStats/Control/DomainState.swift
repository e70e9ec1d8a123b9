import LinuxSystem

/// The state of a domain, determined by the most significant of its flags.
enum DomainState: UInt64, CaseIterable {
  /// A vCPU of the domain is running.
  case running
  /// No vCPU of the domain is running, but at least one vCPU could run.
  case runnable
  /// All vCPUs of the domain are blocked.
  case blocked
  case paused
  case suspended
  case shutdown
  case crashed
  /// The hypervisor is destroying the domain.
  case dying

  init(_ flags: XenDomainInfo.Flags) {
    if flags.contains(.dying) {
      self = .dying
    } else if flags.contains(.shutdown) {
      switch flags.shutdownReason {
      case 2: self = .suspended
      case 3, 4: self = .crashed
      default: self = .shutdown
      }
    } else if flags.contains(.paused) {
      self = .paused
    } else if flags.contains(.running) {
      self = .running
    } else {
      self = flags.contains(.blocked) ? .blocked : .runnable
    }
  }

  var name: String {
    switch self {
    case .running: "running"
    case .runnable: "runnable"
    case .blocked: "blocked"
    case .paused: "paused"
    case .suspended: "suspended"
    case .shutdown: "shutdown"
    case .crashed: "crashed"
    case .dying: "dying"
    }
  }
}
