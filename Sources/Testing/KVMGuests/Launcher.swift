public import LinuxSystem

/// The command with which a fleet starts a process that calls `runGuest`.
public struct Launcher: Hashable, Sendable {
  /// The path of the program.
  public var executable: String
  /// The arguments before those of a `GuestProcessConfiguration`, such as `demo -- hold`.
  public var leadingArguments: [String]

  public init(executable: String, leadingArguments: [String] = []) {
    self.executable = executable
    self.leadingArguments = leadingArguments
  }

  /// Returns the command of the running program.
  public static func currentProgram(
    leadingArguments: [String] = []
  ) throws(SystemError) -> Launcher {
    let path = try readLink("/proc/self/exe")
    // The link still leads to a replaced program, but its processes are then named "exe".
    return Launcher(
      executable: path.hasSuffix(" (deleted)") ? "/proc/self/exe" : path,
      leadingArguments: leadingArguments)
  }
}
