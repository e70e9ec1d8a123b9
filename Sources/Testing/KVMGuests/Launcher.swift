public import LinuxSystem

/// How a fleet starts a process that calls `holdGuest`.
public struct Launcher: Hashable, Sendable {
  /// The program's path.
  public var executable: String
  /// What comes before a `HoldConfiguration`'s own arguments, such as `demo --hold`.
  public var leadingArguments: [String]

  public init(executable: String, leadingArguments: [String] = []) {
    self.executable = executable
    self.leadingArguments = leadingArguments
  }

  /// The program that runs now.
  public static func same(leadingArguments: [String] = []) throws(SystemError) -> Launcher {
    let path = try readLink("/proc/self/exe")
    // A replaced program is still there under the link, but its processes are called "exe".
    return Launcher(
      executable: path.hasSuffix(" (deleted)") ? "/proc/self/exe" : path,
      leadingArguments: leadingArguments)
  }
}
