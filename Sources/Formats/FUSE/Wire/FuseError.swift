import Glibc

/// What a request is refused with: an `errno` value that the caller gets.
public struct FuseError: Error, Hashable, Sendable {
  public let code: Int32

  /// - Precondition: `code` is an `errno` value, which is positive.
  public init(_ code: Int32) {
    precondition(code > 0 && code < 512, "\(code) is no errno value")
    self.code = code
  }

  public static let notPermitted = FuseError(EPERM)
  public static let noEntry = FuseError(ENOENT)
  public static let inputOutput = FuseError(EIO)
  public static let badDescriptor = FuseError(EBADF)
  public static let accessDenied = FuseError(EACCES)
  public static let noDevice = FuseError(ENODEV)
  public static let notDirectory = FuseError(ENOTDIR)
  public static let isDirectory = FuseError(EISDIR)
  public static let invalid = FuseError(EINVAL)
  public static let tooManyFiles = FuseError(ENFILE)
  public static let nameTooLong = FuseError(ENAMETOOLONG)
  /// Of some requests the kernel then knows that they need not be made again.
  public static let notImplemented = FuseError(ENOSYS)
  public static let noData = FuseError(ENODATA)
  public static let protocolError = FuseError(EPROTO)
  public static let stale = FuseError(ESTALE)
}

extension FuseError {
  /// The answer to a request that is none.
  init(_ flaw: FuseProtocolError) {
    self = if case .longName = flaw { .nameTooLong } else { .protocolError }
  }
}
