import Glibc
import LinuxSystem
import TestSupport
import Testing

/// A program in a terminal of tmux.
private final class TmuxTerminal {
  static let isInstalled = unsafe system("command -v tmux >/dev/null") == 0

  private let socket = "vitals-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
  /// The process of the program.
  let pid: CInt

  /// Starts a program in a terminal; BEFORE and AFTER mark its start and end.
  init(_ words: [String], columns: Int = 80, rows: Int = 24, environment: String = "") throws {
    let pidFile = "/tmp/\(socket).pid"
    let program = words.map { "'\($0)'" }.joined(separator: " ")
    let script = """
      ulimit -c 0; echo BEFORE
      (exec sh -c 'echo $$ >\(pidFile); exec env -u NO_COLOR LC_ALL=C.UTF-8 \(environment) "$@"' \
        sh \(program))
      echo AFTER; stty -a; exec sleep 60
      """
    _ = try Self.run(
      socket,
      [
        "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "sh", "-c",
        script,
      ])
    var number: CInt?
    for _ in 0..<500 where number == nil {
      number = (try? readText(pidFile)).flatMap { CInt($0.filter(\.isNumber)) }
      if number == nil { sleepNanoseconds(20_000_000) }
    }
    removeFile(pidFile)
    pid = try #require(number, "the terminal's program did not start")
  }

  deinit { _ = try? Self.run(socket, ["kill-server"]) }

  private static func run(_ socket: String, _ words: [String]) throws -> String {
    try Command.run(["env", "-u", "TMUX", "tmux", "-L", socket] + words).output
  }

  func press(_ keys: String...) throws { _ = try Self.run(socket, ["send-keys"] + keys) }

  func resize(columns: Int, rows: Int) throws {
    _ = try Self.run(socket, ["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
  }

  /// Returns the lines that the terminal shows, on request with escape sequences for styles.
  func screen(withStyles: Bool = false) throws -> [String] {
    let styles = withStyles ? ["-e"] : []
    return try Self.run(socket, ["capture-pane", "-p"] + styles)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// Waits up to 15 s until the screen contains a text, and returns its lines.
  func screen(with text: String, _ location: SourceLocation = #_sourceLocation) throws -> [String] {
    var screen: [String] = []
    for _ in 0..<150 {
      screen = try self.screen()
      if screen.contains(where: { $0.contains(text) }) { return screen }
      sleepNanoseconds(100_000_000)
    }
    Issue.record("no '\(text)' in:\n\(screen.joined(separator: "\n"))", sourceLocation: location)
    return screen
  }
}

@Suite(
  "vitals top on a real terminal", .serialized,
  .enabled(if: TmuxTerminal.isInstalled, "tmux is not installed"))
final class TopTests {
  private let directory = "/tmp/vitals-top-\(UInt64.random(in: 0 ... .max))"
  private let tables = "/dev/shm/vitals-top-\(UInt64.random(in: 0 ... .max))"

  deinit {
    for path in [tables, directory] {
      for name in (try? directoryEntries(path)) ?? [] { removeFile("\(path)/\(name)") }
      unsafe rmdir(path)
    }
  }

  /// Starts simulated VMs with unique names.
  private func demo(vms: Int, vcpus: Int) throws -> RunningProgram {
    try RunningProgram(
      [
        Command.product("vitals"), "demo", "--simulated", "--vms", "\(vms)", "--vcpus", "\(vcpus)",
        "--payload", "counted:4242", "--for", "60s", "--handover", directory, "--tables", tables,
      ], until: "vitals watch")
  }

  private func top(_ words: String...) throws -> [String] {
    [
      try Command.product("vitals"), "top", "kvm/*4242*", "--method", "handover", "--handover",
      directory, "--tables", tables, "--every", "200ms",
    ] + words
  }

  @Test("Keys open a VM, a vCPU and a histogram; quitting restores the terminal")
  func keys() throws {
    let program = try demo(vms: 2, vcpus: 2)
    let terminal = try TmuxTerminal(top())
    var screen = try terminal.screen(with: "4242-2")
    #expect(screen[0].contains("2 VMs, 4 vCPUs"))
    // The lines that do not depend on values.
    let fixed = [screen[1]] + screen[21...23]
    let text = fixed.joined(separator: "\n") + "\n"
    #expect(Golden.text("top-screen.txt", for: text) == text, "see Golden/top-screen.txt")
    try terminal.press("Enter")
    screen = try terminal.screen(with: "vCPUs of kvm/")
    #expect(screen.count { $0.contains("/vcpu") } == 2)
    try terminal.press("Enter")
    _ = try terminal.screen(with: "all statistics")
    try terminal.press("/")
    _ = try terminal.screen(with: "Show only")
    try terminal.press("success_hist", "Enter")
    _ = try terminal.screen(with: "halt_poll_success_hist (")
    try terminal.press("Enter")
    screen = try terminal.screen(with: "p50")
    #expect(screen.contains { $0.contains("█") })
    try terminal.press("BSpace")
    _ = try terminal.screen(with: "all statistics")
    // A single ESC is the Escape key.
    try terminal.press("Escape")
    _ = try terminal.screen(with: "vCPUs of kvm/")
    try terminal.press("Escape")
    _ = try terminal.screen(with: "[VMs]")
    try terminal.press("?")
    _ = try terminal.screen(with: "any key closes this")
    try terminal.press("x", "q")
    // In raw mode, stty prints -icanon and -echo.
    screen = try terminal.screen(with: " icanon")
    #expect(screen[0] == "BEFORE" && screen.contains { $0.contains(" echo ") })
    program.child.kill()
  }

  @Test(
    "A signal or a crash restores the terminal",
    arguments: [SIGTERM, SIGINT, SIGHUP, SIGILL, SIGABRT, SIGSEGV])
  func signals(signal: CInt) throws {
    let program = try demo(vms: 1, vcpus: 1)
    let terminal = try TmuxTerminal(top())
    _ = try terminal.screen(with: "4242")
    kill(terminal.pid, signal)
    // In raw mode, stty prints -icanon.
    let screen = try terminal.screen(with: " icanon")
    #expect(screen[0] == "BEFORE" && screen.contains { $0.contains("AFTER") })
    program.child.kill()
  }

  @Test("SIGTSTP restores the terminal, and SIGCONT shows the screen again")
  func stop() throws {
    let program = try demo(vms: 1, vcpus: 1)
    let terminal = try TmuxTerminal(top())
    _ = try terminal.screen(with: "4242")
    kill(terminal.pid, SIGTSTP)
    _ = try terminal.screen(with: "BEFORE")
    kill(terminal.pid, SIGCONT)
    let screen = try terminal.screen(with: "4242")
    #expect(!screen.contains("BEFORE"))
    program.child.kill()
  }

  @Test("The screen follows the size of the terminal, and reports a size that is too small")
  func sizes() throws {
    let program = try demo(vms: 1, vcpus: 1)
    let terminal = try TmuxTerminal(top())
    _ = try terminal.screen(with: "4242")
    try terminal.resize(columns: 120, rows: 30)
    #expect(try terminal.screen(with: "q quit")[29].hasSuffix("q quit"))
    try terminal.resize(columns: 30, rows: 6)
    #expect(try terminal.screen(with: "too small")[0] == "too small (min 40x8)")
    try terminal.resize(columns: 80, rows: 24)
    _ = try terminal.screen(with: "4242")
    program.child.kill()
  }

  @Test(
    "Colours are used if the terminal supports them and NO_COLOR is not set",
    arguments: [
      ("TERM=xterm-256color", true), ("TERM=xterm", true), ("NO_COLOR=1", false),
    ])
  func colours(environment: String, hasColours: Bool) throws {
    let program = try demo(vms: 1, vcpus: 1)
    let terminal = try TmuxTerminal(top(), environment: environment)
    _ = try terminal.screen(with: "4242")
    let text = try terminal.screen(withStyles: true).joined(separator: "\n")
    // SGR parameters from 30 on are colours.
    let isColoured = text.split(separator: "\u{1b}").contains { part in
      guard part.first == "[", let end = part.firstIndex(of: "m") else { return false }
      return part[..<end].dropFirst().split(separator: ";").contains {
        // 39 and 49 select the default colours.
        (Int($0) ?? 0) >= 30 && !["39", "49"].contains($0)
      }
    }
    #expect(isColoured == hasColours)
    program.child.kill()
  }

  @Test("The last row of 1,000 vCPUs is shown with ten samples a second")
  func thousand() throws {
    let program = try demo(vms: 2, vcpus: 500)
    let terminal = try TmuxTerminal(
      top("--view", "vcpus", "--every", "100ms"), columns: 132, rows: 43)
    var screen = try terminal.screen(with: "1000 vCPUs")
    try terminal.press("End")
    screen = try terminal.screen(with: "1000 rows")
    #expect(screen.count { $0.contains("/vcpu") } == 37)
    program.child.kill()
  }

  @Test("Without a terminal, --batch prints text, and without it top is an error")
  func batch() throws {
    let program = try demo(vms: 1, vcpus: 2)
    let result = try Command.run(top("--batch", "--count", "2", "--plain"))
    #expect(result.status == 0)
    #expect(result.lines.count { $0.hasPrefix("vitals top") } == 2)
    #expect(result.lines.count { $0.contains("4242-1") } == 2)
    #expect(!result.output.contains("\u{1b}"))
    let lost = try Command.run(top("--batch", "--sort", "exitz"))
    #expect(lost.status == 4 && lost.errors.contains("exitz") && lost.errors.contains("exits"))
    let none = try Command.run(top())
    #expect(none.status == 2)
    #expect(none.output == "")
    program.child.kill()
  }

  @Test("A log has one header, and SIGHUP reopens it")
  func log() throws {
    let program = try demo(vms: 1, vcpus: 1)
    let path = "/tmp/vitals-log-\(UInt64.random(in: 0 ... .max))"
    defer { for file in [path, path + ".1"] { removeFile(file) } }
    let words = try top("--log", path)
    let logger = try ChildProcess(
      executable: words[0], arguments: Array(words.dropFirst()),
      output: Descriptor.open("/dev/null", for: .readWrite))
    func lines(_ path: String, atLeast count: Int) throws -> [Substring] {
      var lines: [Substring] = []
      for _ in 0..<200 where lines.count < count {
        lines = ((try? readText(path)) ?? "").split(separator: "\n")
        if lines.count < count { sleepNanoseconds(50_000_000) }
      }
      return lines
    }
    #expect(try lines(path, atLeast: 100).count >= 100)
    unsafe rename(path, path + ".1")
    kill(logger.pid, SIGHUP)
    let second = try lines(path, atLeast: 100)
    let first = try lines(path + ".1", atLeast: 100)
    #expect(first[0] == second[0] && first[0].contains("value"))
    #expect(first.count { $0 == first[0] } == 1 && second.count { $0 == first[0] } == 1)
    kill(logger.pid, SIGTERM)
    #expect(logger.waitForExit(milliseconds: 10_000))
    program.child.kill()
  }
}
