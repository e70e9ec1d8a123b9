import Glibc

/// The variables that the program was started with (environ(7)).
public enum Environment {
  /// The text of a variable; nil where it is not set.
  public static func value(_ name: String) -> String? {
    guard let text = unsafe getenv(name) else { return nil }
    return unsafe String(cString: text)
  }
}

/// Whether a descriptor is of a terminal (isatty(3)).
public func isTerminal(_ number: CInt) -> Bool { isatty(number) == 1 }
