import FoundationEssentials
import Glibc
import LinuxSystem
import Testing

private enum Mounting {
  static var isPossible: Bool {
    unsafe getuid() == 0 && access("/dev/fuse", R_OK | W_OK) == 0
  }
}

/// `vitals mount`, read by the usual tools; the machines are simulated.
@Suite(
  "The mounted tree", .serialized,
  .enabled(if: Mounting.isPossible, "no root or /dev/fuse"))
final class MountTests {
  private let directory = "/tmp/vitals-mount-\(UInt64.random(in: 0 ... .max))"
  private let handover = "/tmp/vitals-mounted-\(UInt64.random(in: 0 ... .max))"
  private let tables = "/dev/shm/vitals-mounted-\(UInt64.random(in: 0 ... .max))"
  private let demo: RunningProgram
  private let mount: RunningProgram

  init() throws {
    try makeDirectory(directory)
    try makeDirectory(tables)
    demo = try RunningProgram(
      [
        Command.product("vitals"), "demo", "--simulated", "--vms", "2", "--vcpus", "3", "--for",
        "60s", "--handover", handover, "--tables", tables,
      ], until: "vitals watch")
    mount = try RunningProgram(
      [
        Command.product("vitals"), "mount", directory, "--via", "handover", "--handover", handover,
        "--tables", tables,
      ], until: "mounted on")
  }

  deinit {
    mount.child.end(withinMilliseconds: 5_000)
    demo.child.end(withinMilliseconds: 2_000)
    unsafe rmdir(directory)
    sleepNanoseconds(300_000_000)
    for name in (try? directoryEntries(tables)) ?? [] { removeFile("\(tables)/\(name)") }
    unsafe rmdir(tables)
  }

  private func shell(_ command: String) throws -> CommandResult {
    try Command.run(["/bin/sh", "-c", "cd \(directory); \(command)"])
  }

  @Test func `Sources, groups and statistics are directories and files`() throws {
    let machine = "kvm/demo-port-io"
    let names = try shell("ls \(machine)").textLines
    #expect(names == ["kvm", "vcpu0", "vcpu1", "vcpu2", "vcpus.kvm"])
    let exits = try shell("cat \(machine)/vcpu0/kvm/exits")
    #expect(exits.status == 0 && exits.textLines.count == 1 && Int(exits.textLines[0]) != nil)
    #expect(try shell("cat \(machine)/vcpu0/.labels").textLines == ["vcpu 0"])
    #expect(try shell("cat kvm/.status").output.contains("vcpus.kvm up aggregate of 6\n"))
    let blocking = try shell("cat kvm/vcpus.kvm/blocking")
    #expect(blocking.textLines.map { $0.split(separator: " ").first } == ["no", "yes"])
    #expect(try shell("cat nothing").status != 0)
    #expect(try shell("echo 0 > \(machine)/vcpu0/kvm/exits").status != 0)
  }

  @Test func `The usual tools read it whole`() throws {
    let values = try shell("cat kvm/demo-port-io/vcpu0/.values").textLines
    let files = try shell("ls kvm/demo-port-io/vcpu0/kvm | wc -l").textLines
    #expect(values.count >= 20 && files.first.flatMap { Int($0) } ?? 0 >= 20)
    let found = try shell("grep -r . kvm | wc -l")
    #expect(found.textLines.first.flatMap { Int($0) } ?? 0 > 300)
    let stored = try shell("tar cf - kvm/demo-port-io/vcpu0/kvm/exits | tar xOf - | wc -c")
    #expect(stored.textLines.first.flatMap { Int($0) } ?? 0 > 1)
    #expect(try shell("head -c 4 kvm/demo-port-io/vcpu0/.values | wc -c").textLines == ["4"])
    let readers = (0..<16).map { "cat app/demo/worker\($0 % 3)/requests/served &" }
    #expect(try shell(readers.joined(separator: " ") + " wait").textLines.count == 16)
  }

  @Test func `A group is a statistics file that keeps the kernel's rules`() throws {
    let path = "\(directory)/kvm/demo-port-io/vcpu0/kvm/.binary"
    let result = try Command.vitals("check", path)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }

  @Test func `The whole mount keeps its rules, for root and for others`() throws {
    let path = try Command.product("vitals")
    let copy = "/tmp/vitals-mount-check-\(getpid())"
    defer { removeFile(copy) }
    try #require(try Command.run(["install", "-m", "0755", path, copy]).status == 0)
    let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    for user in [[], nobody] {
      let result = try Command.run(user + [copy, "check", "--all", directory])
      // As long as root can open for writing what cannot be written.
      let failed = result.textLines.filter { $0.contains("FAIL  F") && !$0.contains("F5") }
      #expect(failed.isEmpty, "\(result.output)\(result.errors)")
      #expect(result.output.contains("pass  F13"), "\(result.output)\(result.errors)")
    }
    let other = try Command.vitals("check", tables)
    #expect(other.status == 4)
    #expect(other.errors.contains("\(tables) is no mounted statistics filesystem"))
  }

  @Test func `What ends while it is read is no device`() throws {
    let file = try Descriptor.open("\(directory)/kvm/demo-mmio/vcpu1/kvm/exits")
    var bytes = [UInt8](repeating: 0, count: 64)
    #expect(try file.read(into: &bytes, at: 0) > 0)
    demo.child.end(withinMilliseconds: 2_000)
    let isGone = {
      do throws(SystemError) {
        _ = try file.read(into: &bytes, at: 0)
        return false
      } catch {
        return error.code == ENODEV
      }
    }
    var tries = 0
    while !isGone(), tries < 200 {
      sleepNanoseconds(20_000_000)
      tries += 1
    }
    #expect(tries < 200)
    #expect(try shell("ls kvm").textLines.contains("vcpus.kvm"))
  }
}

extension CommandResult {
  /// The lines that have something.
  fileprivate var textLines: [String] { output.split(separator: "\n").map(String.init) }
}
