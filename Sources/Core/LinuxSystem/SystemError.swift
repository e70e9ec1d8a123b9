import CLinux
import Glibc

/// A system call that failed.
public struct SystemError: Error, Hashable, Sendable {
  /// The call, such as `pidfd_getfd`.
  public let call: String
  /// What it was made on: a path, a process, a descriptor.
  public let object: String
  /// The reason, as in `errno`.
  public let code: CInt

  public init(call: String, object: String, code: CInt) {
    self.call = call
    self.object = object
    self.code = code
  }

  /// The failure of the call that was just made on this thread.
  init(call: String, on object: String) {
    self.init(call: call, object: object, code: errno)
  }

  /// The name of `code`, such as `EPERM`.
  public var codeName: String {
    Self.name(of: code)
  }

  /// The name of an `errno` value, such as `EPERM`.
  public static func name(of code: CInt) -> String {
    guard let name = unsafe clinux_errno_name(code) else { return "errno \(code)" }
    return unsafe String(cString: name)
  }

  /// The system's words for an `errno` value, such as `Operation not permitted`.
  public static func words(for code: CInt) -> String {
    guard let words = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: words)
  }
}

extension SystemError: CustomStringConvertible {
  public var description: String {
    "\(call) \(object): \(Self.words(for: code)) (\(codeName))"
  }
}
