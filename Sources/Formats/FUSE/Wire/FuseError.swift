import Glibc

/// The failure of a request: an `errno` value for the caller.
public struct FuseError: Error, Hashable, Sendable {
  public let code: Int32

  /// - Precondition: `code` is a positive `errno` value.
  public init(_ code: Int32) {
    precondition(code > 0 && code < 512, "\(code) is not an errno value")
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
  /// After this error, the kernel stops sending some operations.
  public static let notImplemented = FuseError(ENOSYS)
  public static let noData = FuseError(ENODATA)
  public static let protocolError = FuseError(EPROTO)
  public static let stale = FuseError(ESTALE)
}

extension FuseError {
  /// The error with which the server replies to a malformed request.
  init(_ error: FuseProtocolError) {
    self = if case .longName = error { .nameTooLong } else { .protocolError }
  }
}
