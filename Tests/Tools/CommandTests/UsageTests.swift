import TestSupport
import Testing

@Suite("Usage errors and help")
struct UsageTests {
  private static let commands = [
    "list", "show", "watch", "top", "describe", "check", "doctor", "mount", "demo",
  ]

  @Test(
    "An invalid argument is an error of one line with status 2",
    arguments: [
      (["lost"], "lost"),
      (["list", "--format", "xml"], "xml"),
      (["list", "--format", "openmetrics"], "openmetrics"),
      (["list", "--method", "magic"], "magic"),
      (["list", "--qmp", "notapid=/x"], "notapid=/x"),
      (["show", "--every", "soon"], "soon"),
      (["show", "--every", "8000000h"], "8000000h"),
      (["doctor", "--for", "99999999999999999999999h"], "maximum is 200000h"),
      (["show", "kvm[", "--zeros"], "kvm["),
      (["show", "--aggregate", "most"], "most"),
      (["show", "--aggregate", "sum", "--format", "prometheus"], "prometheus"),
      (["show", "--by", "name"], "name"),
      (["show", "--by", "statistic", "--format", "csv"], "--by"),
      (["watch", "--aggregate", ""], "--aggregate"),
      (["watch", "--count", "0"], "--count"),
      (["watch", "--every", "1us"], "--every"),
      (["watch", "--count", "many"], "many"),
      (["watch", "--exit"], "--when"),
      (["watch", "--when", "exits > 5", "--format", "csv"], "--when"),
      (["watch", "--when", "exits > 5", "--stat", "exits"], "--stat"),
      (["top", "--every", "1ms"], "--every"),
      (["top", "--view", "guests"], "--view"),
      (["top", "--batch", "--log", "/x"], "--log"),
      (["top", "--batch", "--only", "/(/"], "/(/"),
      (["top"], "--batch"),
      (["check", "--format", "csv"], "csv"),
      (["check", "--list-rules", "saved.binary"], "--list-rules"),
      (["check", "--list-rules", "--format", "junit"], "--format"),
      (["describe", "/(/"], "/(/"),
      (["doctor", "--for", "1ms"], "--for"),
      (["doctor", "--match", "x"], "--match"),
      (["demo", "--quota"], "--starve"),
      (["demo", "--starve", "--payload", "idle"], "--payload"),
      (["demo", "--vms", "0"], "--vms"),
      (["demo", "--vcpus", "2000"], "--vcpus"),
      (["demo", "--for=-1s"], "-1s"),
      (["demo", "--payload", "bitcoin"], "bitcoin"),
      (["demo", "something"], "something"),
    ])
  func usage(words: [String], named: String) throws {
    let result = try Command.run([Command.product("vitals")] + words)
    #expect(result.status == 2)
    #expect(result.output == "")
    #expect(result.errorLines.count == 1, "\(result.errors)")
    #expect(result.errors.contains(named), "\(result.errors)")
    #expect(result.errors.hasPrefix("vitals: "))
  }

  @Test("A missing source, statistic or file is an error with status 4")
  func nothing() throws {
    let result = try Command.vitals("show", "kvm/no-such-machine")
    #expect(result.status == 4)
    #expect(result.errors.contains("'kvm/no-such-machine'"))
    #expect(result.errors.contains("vitals list"))
    let unknown = try Command.vitals("describe", "exitz")
    #expect(unknown.status == 4)
    #expect(unknown.errorLines.count == 1)
    let file = try Command.vitals("check", "/nonexistent")
    #expect(file.status == 4)
    #expect(file.errors.contains("/nonexistent"))
  }

  @Test(
    "Help equals the approved text", arguments: [""] + commands)
  func help(command: String) throws {
    let words = command.isEmpty ? ["--help"] : [command, "--help"]
    let result = try Command.run(["env", "COLUMNS=80", Command.product("vitals")] + words)
    #expect(result.status == 0)
    let name = "help-\(command.isEmpty ? "vitals" : command).txt"
    #expect(Golden.text(name, for: result.output) == result.output, "see Golden/\(name)")
  }

  @Test(
    "Help shows --method, and the alias --via is accepted but not shown",
    arguments: ["list", "show", "watch", "top", "doctor", "mount"])
  func alias(command: String) throws {
    let help = try Command.vitals(command, "--help")
    #expect(help.status == 0 && help.output.contains("--method <methods>"))
    // An invalid method shows that the option is parsed, without starting the command.
    let directory = command == "mount" ? ["/nonexistent"] : []
    for option in ["--method", "--via"] {
      let result = try Command.vitals([command] + directory + [option, "magic"])
      #expect(result.status == 2)
      #expect(
        result.errors.contains("unknown access method 'magic'; expected one of"),
        "\(result.errors)")
    }
  }

  @Test("No help mentions --via", arguments: [""] + commands)
  func hiddenAlias(command: String) throws {
    let words = command.isEmpty ? ["--help"] : [command, "--help"]
    let help = try Command.vitals(words)
    #expect(help.status == 0 && !help.output.contains("--via"))
  }
}
