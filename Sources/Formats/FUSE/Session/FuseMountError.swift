public import LinuxSystem

/// The reason why a filesystem cannot be mounted.
public enum FuseMountError: Error, Hashable, Sendable {
  case system(SystemError)
  case noDirectory(SystemError)
  case notDirectory(String)
  case notEmpty(String)
  /// A filesystem is mounted on the directory, and its server answers.
  case mounted(directory: String, type: String)
  /// A filesystem whose type differs from that of the new mount is mounted on the directory, and
  /// its server has exited.
  case stale(directory: String, type: String)
  /// A filesystem is mounted on the directory, but its server does not answer.
  case unresponsive(directory: String, type: String, milliseconds: Int)
  case noDevice(SystemError)
  case refused(SystemError)
  case noProgram(directory: String)
  case programFailed(String, directory: String, reason: String)
  /// The kernel did not send FUSE_INIT.
  case noOffer(directory: String)
  case version(directory: String, major: UInt32, minor: UInt32)
}

extension FuseMountError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let error): error.description
    case .noDirectory(let error): "\(error); create the directory first: mkdir -p \(error.object)"
    case .notDirectory(let path): "cannot mount on '\(path)': not a directory"
    case .notEmpty(let path):
      "cannot mount on '\(path)': directory is not empty (the mount would hide its files)"
    case .mounted(let directory, let type):
      "cannot mount on '\(directory)': \(type) is already mounted there; unmount it first: "
        + "umount \(directory)"
    case .stale(let directory, let type):
      "cannot mount on '\(directory)': the server of the \(type) mount there has exited; "
        + "unmount it first: umount -l \(directory)"
    case .unresponsive(let directory, let type, let milliseconds):
      "cannot mount on '\(directory)': the server of the \(type) mount there did not answer within "
        + "\(milliseconds) ms; stop the server, or unmount the directory: umount -l \(directory)"
    case .noDevice(let error):
      "\(error) (load the kernel's FUSE with 'modprobe fuse'; check the permissions of /dev/fuse)"
    case .refused(let error):
      "\(error) (run as root with CAP_SYS_ADMIN, or install fusermount3 from the package fuse3)"
    case .noProgram(let directory):
      "cannot mount on '\(directory)': requires root or fusermount3; install the package fuse3"
    case .programFailed(let program, let directory, let reason):
      "'\(program)' cannot mount on '\(directory)': \(reason)"
    case .noOffer(let directory):
      "cannot serve '\(directory)': the kernel sent no FUSE_INIT request"
    case .version(let directory, let major, let minor):
      "cannot serve '\(directory)': the kernel uses FUSE protocol \(major).\(minor); "
        + "7.23 or a later 7.x is required"
    }
  }
}
