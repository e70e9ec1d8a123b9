public import LinuxSystem

/// Why a filesystem could not be mounted.
public enum FuseMountError: Error, Hashable, Sendable {
  case system(SystemError)
  case noDirectory(SystemError)
  case notDirectory(String)
  case notEmpty(String)
  /// Something is mounted there, and works.
  case mounted(directory: String, type: String)
  /// Something is mounted there whose server has ended, and which is not ours.
  case stale(directory: String, type: String)
  /// Something is mounted there whose server does not answer.
  case silent(directory: String, type: String, milliseconds: Int)
  case noDevice(SystemError)
  case refused(SystemError)
  case noProgram(directory: String)
  case programFailed(String, directory: String, reason: String)
  /// The kernel did not begin to speak.
  case noOffer(directory: String)
  case version(directory: String, major: UInt32, minor: UInt32)
}

extension FuseMountError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let error): error.description
    case .noDirectory(let error): "\(error); make the directory first: mkdir -p \(error.object)"
    case .notDirectory(let path): "\(path) is no directory; choose one that is empty"
    case .notEmpty(let path):
      "\(path) is not empty, and would be hidden; choose an empty directory"
    case .mounted(let directory, let type):
      "\(directory) is a mount of \(type) already; unmount it first: umount \(directory)"
    case .stale(let directory, let type):
      "\(directory) is a mount of \(type) whose server has ended; unmount it first: "
        + "umount -l \(directory)"
    case .silent(let directory, let type, let milliseconds):
      "\(directory) is a mount of \(type) whose server did not answer within \(milliseconds) ms; "
        + "end it, or unmount it: umount -l \(directory)"
    case .noDevice(let error):
      "\(error); is the kernel's FUSE there (modprobe fuse), and may this user open it?"
    case .refused(let error):
      "\(error); mounting takes root with CAP_SYS_ADMIN, or fusermount3 of the package fuse3"
    case .noProgram(let directory):
      "\(directory) cannot be mounted without root or fusermount3; install the package fuse3"
    case .programFailed(let program, let directory, let reason):
      "\(program) did not mount \(directory): \(reason)"
    case .noOffer(let directory): "the kernel does not ask the server of \(directory) for anything"
    case .version(let directory, let major, let minor):
      "\(directory): the kernel speaks FUSE \(major).\(minor); 7.23 to 7.x is understood"
    }
  }
}
