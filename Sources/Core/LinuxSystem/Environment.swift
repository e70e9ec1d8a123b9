import Glibc

/// The environment variables of the process (environ(7)).
public enum Environment {
  /// Returns the value of a variable, or `nil` if it is not set (getenv(3)).
  public static func value(_ name: String) -> String? {
    guard let text = unsafe getenv(name) else { return nil }
    return unsafe String(cString: text)
  }
}

/// Returns `true` if the descriptor refers to a terminal (isatty(3)).
public func isTerminal(_ number: CInt) -> Bool { isatty(number) == 1 }
