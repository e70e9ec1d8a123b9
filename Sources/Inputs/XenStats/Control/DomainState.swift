import LinuxSystem

/// The state of a domain: the most significant of its flags.
enum DomainState: UInt64, CaseIterable {
  /// One of its vCPUs is running.
  case running
  /// No vCPU is running, but one could.
  case runnable
  /// All of its vCPUs are blocked.
  case blocked
  case paused
  case suspended
  case shutdown
  case crashed
  /// The hypervisor is destroying it.
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
