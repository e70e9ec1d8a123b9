import Glibc

/// The reason why the control interface of the hypervisor cannot be used.
public enum XenControlError: Error, Hashable, Sendable {
  /// No libxenctrl is installed; the value is the last name tried.
  case noLibrary(String)
  case missingFunction(library: String, String)
  /// The library could not open the interface, or the hypervisor rejected the first call.
  case refused(library: String, SystemError)
  /// The library returned a structure of unknown layout.
  case unknownLayout(library: String, String)

  /// The `errno` value for the status of a source.
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
      "no libxenctrl is installed for this Xen (last name tried: \(name))"
    case .missingFunction(let library, let name):
      "\(library) has no function \(name)"
    case .refused(let library, let error)
    where error.call == XenControl.listCall && error.code == EACCES:
      "\(library) does not match the version of the hypervisor: \(error)"
    case .refused(let library, let error):
      "\(library): \(error)"
    case .unknownLayout(let library, let text):
      "\(library): \(text)"
    }
  }
}
