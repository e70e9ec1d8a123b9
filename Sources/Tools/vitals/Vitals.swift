import ArgumentParser
import LinuxSystem

/// The `vitals` command.
@main
struct Vitals: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vitals",
    abstract: "Show what every virtual machine on this host is doing.",
    discussion: """
      Vitals discovers the KVM virtual machines of this host and reads their statistics: exits, \
      halts, interrupts, the CPU time that each vCPU used, and the time that it waited for a CPU. \
      Vitals needs no help from the VMM, libvirt or debugfs. To copy the VMMs' statistics \
      descriptors, Vitals needs root or CAP_SYS_PTRACE. Without this privilege, Vitals shows the \
      values that it can read and explains which are missing. Programs that publish statistics in shared memory appear as app/<publisher>/...

      Start with 'vitals watch'. Without virtual machines, run 'vitals demo' in another terminal.

      A source can be selected in three ways. The first is a glob over paths such as kvm/web1/vcpu0: \
      '*' does not match a slash, and '**' does. A match also selects the sources below it. The \
      second is a regular expression between slashes. The third is the path of a shared table or of \
      the socket of a publisher.

      Exit status: 0 success, 1 a problem was found, 2 wrong usage, 3 not permitted, 4 no such source \
      or statistic.
      """,
    version: "0.1.0",
    subcommands: [
      ListCommand.self, ShowCommand.self, WatchCommand.self, TopCommand.self, DescribeCommand.self,
      DoctorCommand.self, CheckCommand.self, MountCommand.self, DemoCommand.self,
    ])

  static func main() {
    // SIGPIPE keeps its default action, which ends the program when the reader of a pipe exits.
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      end(of: error)
    }
  }

  /// Prints an error on one line, and exits with the status for this error.
  private static func end(of error: any Error) -> Never {
    switch error {
    case let status as ExitCode:
      Console.exit(status.rawValue)
    case let error as CommandError:
      Console.warn(error.text)
      Console.exit(error.status.rawValue)
    case let error as SystemError:
      Console.warn("\(error)")
      Console.exit(error.isPermissionDenied ? 3 : 1)
    default:
      let code = exitCode(for: error)
      if code.isSuccess {
        // These are the texts of `--help` and `--version`.
        Console.print(fullMessage(for: error))
        Console.exit(0)
      }
      let isUsage = code == .validationFailure
      Console.warn(oneLine(message(for: error)) + (isUsage ? " (see '\(helpCommand)')" : ""))
      Console.exit(isUsage ? 2 : 1)
    }
  }

  private static func oneLine(_ text: String) -> String {
    let line = text.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: " ")
    return line.hasSuffix(".") ? String(line.dropLast()) : line
  }

  /// The command that prints the help of the subcommand on the command line.
  private static var helpCommand: String {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName }
    let name = CommandLine.arguments.dropFirst().first { names.contains($0) }
    return "vitals \(name.map { $0 + " " } ?? "")--help"
  }
}
