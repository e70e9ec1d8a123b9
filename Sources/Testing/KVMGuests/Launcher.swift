public import LinuxSystem

/// The command with which a fleet starts a process that calls `runGuest`.
public struct Launcher: Hashable, Sendable {
  /// The path of the program.
  public var executable: String
  /// The arguments that precede those of a `GuestProcessConfiguration`, such as `demo -- hold`.
  public var leadingArguments: [String]

  public init(executable: String, leadingArguments: [String] = []) {
    self.executable = executable
    self.leadingArguments = leadingArguments
  }

  /// Returns the command that starts the running program again.
  public static func currentProgram(
    leadingArguments: [String] = []
  ) throws(SystemError) -> Launcher {
    let path = try readLink("/proc/self/exe")
    // If the file of the program was replaced, only the link still leads to the running program. A
    // process that is started through the link is named "exe".
    return Launcher(
      executable: path.hasSuffix(" (deleted)") ? "/proc/self/exe" : path,
      leadingArguments: leadingArguments)
  }
}
