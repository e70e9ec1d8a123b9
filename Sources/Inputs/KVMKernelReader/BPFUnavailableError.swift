import Glibc
package import LinuxSystem

/// The reason why BPF cannot read statistics on this host, as text for the user.
package enum BPFUnavailableError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The process is not allowed to load programs.
  case capability(SystemError)
  case noBPF(SystemError)
  /// Lockdown forbids programs to read kernel memory.
  case lockdown
  case noTypes(SystemError)
  case invalidTypes(KernelTypeError)
  case missingField(KernelLayout.MissingFieldError)
  /// The proc filesystem shows the processes of another PID namespace.
  case namespace
  /// The calibration VM cannot be created.
  case noVM(String)
  case rejected(BPFLoadError)
  /// A program failed, or its values differ from the values in the kernel's own files.
  case unexpected(String)

  package var description: String {
    switch self {
    case .capability: "requires CAP_BPF and CAP_PERFMON (run as root)"
    case .noBPF(let error): "not supported by this kernel: \(error)"
    case .lockdown: "lockdown (confidentiality) forbids programs to read kernel memory"
    case .noTypes(let error): "the kernel has no type information (CONFIG_DEBUG_INFO_BTF): \(error)"
    case .invalidTypes(let error): "cannot parse the kernel's type information: \(error)"
    case .missingField(let error): "\(error)"
    case .namespace: "the proc filesystem belongs to another PID namespace than this process"
    case .noVM(let reason): "cannot create the calibration VM: \(reason)"
    case .rejected(let error): "the kernel rejected the program: \(error)"
    case .unexpected(let text): text
    }
  }

  /// Classifies the failure of a bpf(2) call.
  init(_ error: SystemError) {
    self =
      switch error.code {
      case EPERM, EACCES: .capability(error)
      case ENOSYS, EINVAL: .noBPF(error)
      default: .unexpected("\(error)")
      }
  }

  /// Classifies the rejection of a program.
  ///
  /// `lockdown` is the content of the kernel's lockdown file.
  init(_ error: BPFLoadError, lockdown: String?) {
    if lockdown?.contains("[confidentiality]") ?? false {
      self = .lockdown
    } else if error.system.code == EPERM {
      self = .capability(error.system)
    } else {
      self = .rejected(error)
    }
  }
}
