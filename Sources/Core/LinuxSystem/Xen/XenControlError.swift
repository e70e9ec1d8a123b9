import Glibc

/// Why the hypervisor's control interface cannot be used.
public enum XenControlError: Error, Hashable, Sendable {
  /// No libxenctrl is installed; the last name that was tried.
  case noLibrary(String)
  case missingFunction(library: String, String)
  /// The library could not open the interface, or the hypervisor refused the first call.
  case refused(library: String, SystemError)
  /// What the library returned cannot be understood.
  case unknownLayout(library: String, String)

  /// The errno value that fits a source's status.
  public var code: CInt {
    switch self {
    case .noLibrary: ENOENT
    case .missingFunction, .unknownLayout: ENOSYS
    case .refused(_, let error): error.code
    }
  }
}

extension XenControlError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noLibrary(let name):
      "no libxenctrl is installed for this Xen (the last that was looked for is \(name))"
    case .missingFunction(let library, let name):
      "\(library) has no function \(name)"
    case .refused(let library, let error)
    where error.call == XenControl.listCall && error.code == EACCES:
      "\(library) is of another version than the hypervisor: \(error)"
    case .refused(let library, let error):
      "\(library): \(error)"
    case .unknownLayout(let library, let text):
      "\(library): \(text)"
    }
  }
}
