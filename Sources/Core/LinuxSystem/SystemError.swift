import CLinux
import Glibc

/// Describes a failed system call.
public struct SystemError: Error, Hashable, Sendable {
  /// The name of the call, such as `pidfd_getfd`.
  public let call: String
  /// The object of the call: a path, a process, a descriptor.
  public let object: String
  /// The `errno` value.
  public let code: CInt

  public init(call: String, object: String, code: CInt) {
    self.call = call
    self.object = object
    self.code = code
  }

  /// Creates the error of the last failed call of this thread, with the present `errno` value.
  init(call: String, on object: String) {
    self.init(call: call, object: object, code: errno)
  }

  /// The name of `code`, such as `EPERM`.
  public var codeName: String {
    Self.name(of: code)
  }

  /// Returns the name of an `errno` value, such as `EPERM` (strerrorname_np(3)).
  public static func name(of code: CInt) -> String {
    guard let name = unsafe clinux_errno_name(code) else { return "errno \(code)" }
    return unsafe String(cString: name)
  }

  /// Returns the name and the message of an errno value: `EPERM, Operation not permitted`.
  public static func text(for code: CInt) -> String { "\(name(of: code)), \(message(for: code))" }

  /// Returns the text of an `errno` value, such as `Operation not permitted` (strerror(3)).
  public static func message(for code: CInt) -> String {
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }
}

extension SystemError: CustomStringConvertible {
  public var description: String {
    "\(call) \(object): \(Self.message(for: code)) (\(codeName))"
  }
}
