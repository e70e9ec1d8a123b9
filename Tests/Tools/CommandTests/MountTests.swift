import Glibc
import LinuxSystem
import Testing

/// Tests of `vitals mount` with common tools and simulated VMs.
@Suite(
  "The mounted tree", .serialized,
  .enabled(if: Mounting.isPossible, "no root or /dev/fuse"))
struct MountTests {
  private let host: MountedDemo

  init() throws { host = try MountedDemo() }

  private func shell(_ command: String) throws -> CommandResult { try host.shell(command) }

  @Test("Sources, groups and statistics are directories and files")
  func sourcesGroups() throws {
    let vm = "kvm/demo-port-io"
    let names = try shell("ls \(vm)").textLines
    #expect(names == ["kvm", "vcpu0", "vcpu1", "vcpu2", "vcpus.kvm"])
    let exits = try shell("cat \(vm)/vcpu0/kvm/exits")
    #expect(exits.status == 0 && exits.textLines.count == 1 && Int(exits.textLines[0]) != nil)
    #expect(try shell("cat \(vm)/vcpu0/.labels").textLines == ["vcpu 0"])
    #expect(try shell("cat kvm/.status").output.contains("vcpus.kvm up aggregate of 6\n"))
    let blocking = try shell("cat kvm/vcpus.kvm/blocking")
    #expect(blocking.textLines.map { $0.split(separator: " ").first } == ["no", "yes"])
    #expect(try shell("cat nothing").status != 0)
  }

  @Test("cat, grep, tar and head read the mount")
  func usualTools() throws {
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

  @Test("Files of every kind can be copied, archived and searched")
  func everyKind() throws {
    let files = [
      "kvm/demo-mmio/vcpu0/kvm/exits", "kvm/demo-mmio/vcpu0/kvm/halt_wait_hist",
      "kvm/demo-mmio/vcpu0/kvm/.values", "kvm/demo-mmio/vcpu0/kvm/.binary",
      "kvm/demo-mmio/vcpu0/kvm/.schema", "kvm/vcpus.kvm/exits", "kvm/.schema",
      "app/demo/worker0/requests/phase", "app/demo/.labels", "app/demo/.status",
      "app/demo/.table", ".metrics/kvm/exits/values", ".status",
    ]
    for file in files {
      let sizes = try shell(
        "cat \(file) | wc -c; tar cf - \(file) | tar xOf - | wc -c; "
          + "cp \(file) /tmp/copy-$$; stat -c %s /tmp/copy-$$; rm /tmp/copy-$$")
      let counts = sizes.textLines.compactMap { Int($0) }
      #expect(counts.count == 3 && counts[0] > 0, "\(file): \(sizes.output) \(sizes.errors)")
      // Meanwhile, values grow by digits and histograms by lines.
      #expect(counts.allSatisfy { $0 * 2 >= counts[0] && $0 <= counts[0] * 2 }, "\(file)")
    }
    #expect(try shell("grep -rl . app/demo/*/requests/served").textLines.count == 3)
  }

  @Test(
    "A script can seek, read in parts, and read again",
    .enabled(if: Mounting.hasProgram("python3"), "no python3"))
  func scriptSeek() throws {
    let script = """
      import os
      f = open("app/demo/worker0/requests/.values", "rb", buffering=0)
      whole = f.read(1 << 16)
      assert f.read(1) == b""
      f.seek(0)
      parts = b"".join(iter(lambda: f.read(3), b""))
      assert len(parts.splitlines()) == len(whole.splitlines()), (parts, whole)
      fd = os.open("kvm/demo-mmio/vcpu0/kvm/exits", os.O_RDONLY)
      one = int(os.pread(fd, 64, 0))
      while int(os.pread(fd, 64, 0)) == one: pass
      assert os.fstat(fd).st_size == len(os.pread(fd, 64, 0))
      print("done")
      """
    let result = try shell("python3 -c '\(script)'")
    #expect(result.output.contains("done"), "\(result.errors)")
  }

  @Test("A .binary file follows the rules of KVM statistics")
  func groupStatistics() throws {
    let path = "\(host.directory)/kvm/demo-port-io/vcpu0/kvm/.binary"
    let result = try Command.vitals("check", path)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }

  @Test("A mount passes all checks, for root and for other users")
  func wholeMount() throws {
    let path = try Command.product("vitals")
    let copy = "/tmp/vitals-mount-check-\(getpid())"
    defer { removeFile(copy) }
    try #require(try Command.run(["install", "-m", "0755", path, copy]).status == 0)
    let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    for user in [[], nobody] {
      let result = try Command.run(user + [copy, "check", "--all", host.directory])
      #expect(result.status == 0, "\(result.output)\(result.errors)")
      #expect(result.output.contains("pass  F13"), "\(result.output)\(result.errors)")
    }
    let other = try Command.vitals("check", host.tables)
    #expect(other.status == 4)
    #expect(other.errors.contains("'\(host.tables)' is not a directory of 'vitals mount'"))
  }

  @Test("A kept file of an ended source fails with ENODEV")
  func endsWhile() throws {
    let file = try Descriptor.open("\(host.directory)/kvm/demo-mmio/vcpu1/kvm/exits")
    var bytes = [UInt8](repeating: 0, count: 64)
    #expect(try file.read(into: &bytes, at: 0) > 0)
    host.demo.child.terminate(timeoutMilliseconds: 2_000)
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
