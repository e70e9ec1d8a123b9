import ArgumentParser
import LinuxSystem

/// The `vitals` command: shows what every virtual machine of this host is doing.
@main
struct Vitals: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vitals",
    abstract: "What every virtual machine on this host is doing.",
    discussion: """
      Vitals finds the KVM virtual machines of this host and reads their statistics without any \
      help from the VMM, libvirt or debugfs: exits, halts, interrupts, and how long each vCPU \
      waited for a CPU. It needs root or CAP_SYS_PTRACE to copy the VMMs' statistics descriptors; \
      without them it shows what it can and says why not more. What programs publish in shared \
      memory is shown by the same commands, as app/<publisher>/...

      Begin with 'vitals watch'. Without virtual machines, try 'vitals demo' in another terminal.

      A source is named by a glob over paths such as kvm/web1/vcpu0 ('*' stops at a slash, '**' \
      does not; what is below a match is matched too), by a regular expression between slashes, or \
      by the path of a publisher's table or socket.

      Exit status: 0 fine, 1 found something wrong, 2 usage, 3 not permitted, 4 nothing there.
      """,
    version: "0.1.0",
    subcommands: [
      ListCommand.self, ShowCommand.self, WatchCommand.self, TopCommand.self, DescribeCommand.self,
      DoctorCommand.self, CheckCommand.self, MountCommand.self, DemoCommand.self,
    ])

  static func main() {
    // A reader that goes away ends the program in the usual way: SIGPIPE.
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      end(of: error)
    }
  }

  /// Says what went wrong in one line and ends with the status that belongs to it.
  private static func end(of error: any Error) -> Never {
    switch error {
    case let status as ExitCode:
      Console.exit(status.rawValue)
    case let failure as CommandError:
      Console.warn(failure.text)
      Console.exit(failure.status.rawValue)
    case let failure as SystemError:
      Console.warn("\(failure)")
      Console.exit(failure.isPermission ? 3 : 1)
    default:
      let code = exitCode(for: error)
      if code.isSuccess {
        // --help and --version.
        Console.print(fullMessage(for: error))
        Console.exit(0)
      }
      let isUsage = code == .validationFailure
      Console.warn(oneLine(message(for: error)) + (isUsage ? "; see '\(helpCommand)'" : ""))
      Console.exit(isUsage ? 2 : 1)
    }
  }

  private static func oneLine(_ text: String) -> String {
    let line = text.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: " ")
    return line.hasSuffix(".") ? String(line.dropLast()) : line
  }

  /// The command that helps with what was asked.
  private static var helpCommand: String {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName }
    let asked = CommandLine.arguments.dropFirst().first { names.contains($0) }
    return "vitals \(asked.map { $0 + " " } ?? "")--help"
  }
}
