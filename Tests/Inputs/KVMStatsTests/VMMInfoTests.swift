import StatsTree
import TestSupport
import Testing

@testable import KVMStats

@Suite struct VMMInfoTests {
  private let system: FakeSystem

  init() throws {
    system = try FakeSystem()
  }

  private func process(_ arguments: [String], command: String = "vmm") throws -> VMMInfo {
    try system.addProcess(7, command: command, arguments: arguments, startTicks: 4711)
    return try #require(VMMInfo(pid: 7, roots: system.roots))
  }

  @Test(
    "The name of a VM comes from the command line",
    arguments: [
      (["qemu", "-name", "foo"], "foo"), (["qemu", "-name", "foo,debug-threads=on"], "foo"),
      (["qemu", "-name", "guest=a,,b,debug-threads=on"], "a,b"),
      (["qemu", "-name", "debug-threads=on,guest=web"], "web"),
      (["qemu", "-name", "process=x"], nil), (["qemu", "--name", "process=x"], nil),
      (["qemu", "-name", "process=x,guest=y"], "y"), (["qemu", "-name", "guest=a=b"], "a=b"),
      (["qemu", "-name", "guest="], nil), (["qemu", "-name", ""], nil), (["qemu", "-name"], nil),
      (["qemu", "-name=foo"], "foo"), (["qemu", "-name", "a,,,process=b"], "a,"),
      (["firecracker", "--id", "fc-1"], "fc-1"), (["firecracker", "--id=fc-2"], "fc-2"),
      (["qemu", "-names", "no", "-m", "128"], nil), ([], nil),
      (["crosvm", "run", "--name", "vm one"], "vm one"),
    ] as [([String], String?)])
  func names(arguments: [String], name: String?) throws {
    #expect(try process(arguments).vmName == name)
  }

  @Test("A UUID is used unchanged")
  func uuid() throws {
    #expect(try process(["qemu", "-uuid", "1-2"]).vmUUID == "1-2")
    #expect(try process(["qemu"]).vmUUID == nil)
  }

  @Test(
    "The start time is found after any command name",
    arguments: ["vmm", "a) (b", ") S 1 2 3", "(((", "x y z", ")"])
  func startTicks(command: String) throws {
    let process = try process(["x"], command: command)
    #expect(process.startTicks == 4711)
    #expect(process.command == command)
    #expect(VMMInfo.startTicks(of: 7, roots: system.roots) == 4711)
  }

  @Test(
    "A process whose stat file has no start time is ignored",
    arguments: ["", "7 (vmm", "7 (vmm) S 1 2\n"])
  func noStart(text: String) throws {
    try system.addProcess(7)
    try system.write(text, to: "proc/7/stat")
    #expect(VMMInfo(pid: 7, roots: system.roots) == nil)
    #expect(VMMInfo(pid: 8, roots: system.roots) == nil)
  }

  @Test("Arguments may be empty, and the last may lack its NUL")
  func arguments() throws {
    #expect(try process(["a", "", "b"]).arguments == ["a", "", "b"])
    #expect(try process([]).arguments == [])
    try system.write("title of a process", to: "proc/7/cmdline")
    #expect(VMMInfo(pid: 7, roots: system.roots)?.arguments == ["title of a process"])
    try system.write("qemu\0-name\0web", to: "proc/7/cmdline")
    #expect(VMMInfo(pid: 7, roots: system.roots)?.vmName == "web")
  }

  @Test(
    "A name becomes one path component; distinct names become distinct components",
    arguments: [
      ("web1", "web1"), ("a/b", "a%2fb"), ("..", "%2e%2e"), (".", "%2e"), ("...", "..."),
      ("a b", "a%20b"), ("a\nb\u{1b}[2J", "a%0ab%1b[2J"), ("100%", "100%25"), ("%2f", "%252f"),
      ("\u{7f}\u{9b}2J", "%7f%9b2J"), ("é你", "é你"), ("a\r\nb", "a%0d%0ab"),
    ])
  func pathParts(name: String, part: String) {
    #expect(Tree.pathPart(name) == part)
  }
}
