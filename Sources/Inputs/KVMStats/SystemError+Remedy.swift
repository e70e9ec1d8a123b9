import Glibc
import LinuxSystem

extension SystemError {
  /// Tells the user what to do about the error, as the end of a sentence; empty if nothing is
  /// known.
  var remedy: String {
    switch code {
    case EPERM: "; run as root or with CAP_SYS_PTRACE"
    case EMFILE: "; this process may open no more descriptors: raise it with ulimit -n"
    case ENFILE: "; the system has no more descriptors: raise fs.file-max"
    default: ""
    }
  }
}
