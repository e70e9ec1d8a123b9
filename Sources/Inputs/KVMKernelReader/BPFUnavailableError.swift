import Glibc
package import LinuxSystem

/// Why statistics cannot be read by BPF here, in words for a person.
package enum BPFUnavailableError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kernel refuses programs to this process.
  case capability(SystemError)
  case noBPF(SystemError)
  /// Lockdown keeps programs from reading the kernel.
  case lockdown
  case noTypes(SystemError)
  case strangeTypes(KernelTypeError)
  case missing(KernelLayout.Missing)
  /// The processes that are looked at are of another PID namespace.
  case namespace
  /// There is no machine of our own to learn from.
  case noVM(String)
  case notTaken(BPFLoadError)
  /// A program failed or found other numbers than the kernel's own files have.
  case wrong(String)

  package var description: String {
    switch self {
    case .capability: "it needs CAP_BPF and CAP_PERFMON (root has them)"
    case .noBPF(let error): "this kernel has none: \(error)"
    case .lockdown: "lockdown (confidentiality) keeps programs from reading the kernel"
    case .noTypes(let error): "the kernel tells no types (CONFIG_DEBUG_INFO_BTF): \(error)"
    case .strangeTypes(let flaw): "the kernel's types cannot be read: \(flaw)"
    case .missing(let field): "\(field)"
    case .namespace: "the process list is of another PID namespace than this process"
    case .noVM(let reason): "no machine of our own to learn the kernel from: \(reason)"
    case .notTaken(let error): "the kernel did not take the program: \(error)"
    case .wrong(let words): words
    }
  }

  /// What a failed call of bpf(2) says.
  init(_ error: SystemError) {
    self =
      switch error.code {
      case EPERM, EACCES: .capability(error)
      case ENOSYS, EINVAL: .noBPF(error)
      default: .wrong("\(error)")
      }
  }

  /// What the refusal of a program says; `lockdown` is the text of the kernel's file.
  init(_ error: BPFLoadError, lockdown: String?) {
    if lockdown?.contains("[confidentiality]") ?? false {
      self = .lockdown
    } else if error.system.code == EPERM {
      self = .capability(error.system)
    } else {
      self = .notTaken(error)
    }
  }
}
