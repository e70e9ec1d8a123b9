import Glibc
import LinuxSystem
import Testing

/// Tests of readers while a server or publisher stops or ends, and of mount options.
@Suite(
  "Mounts, their ends and their options", .serialized,
  .enabled(if: Mounting.isPossible, "no root or /dev/fuse"))
struct MountLifeTests {
  private static let table = "app/demo/.table"
  private static let exits = "kvm/demo-mmio/vcpu1/kvm/exits"

  private static func count(_ file: borrowing Descriptor) throws -> Int {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = try file.read(into: &bytes, at: 0)
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    return try #require(Int(text.split(separator: "\n").first ?? ""), "\(text)")
  }

  /// Returns the bytes of a small file.
  private static func bytes(_ file: borrowing Descriptor, _ limit: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = try file.read(into: &bytes, at: 0)
    return Array(bytes[..<count])
  }

  @Test("An invalid mount option is an error before the mount")
  func wrongOption() throws {
    for option in ["colour=red", "uid=root", "visibility=", "mode=9"] {
      let result = try Command.vitals("mount", "/tmp", "-o", option)
      #expect(result.status == 2, "\(option)")
      #expect(result.errors.contains("mount option"), "\(result.errors)")
    }
  }

  @Test("A table is read by passthrough and remains readable after the mount ends")
  func tableHanded() throws {
    let host = try MountedDemo()
    #expect(try host.shell("cat .status").output.contains("\ntables passthrough\n"))
    let path = "\(host.directory)/\(Self.table)"
    let check = try Command.vitals("check", path)
    #expect(check.status == 0, "\(check.output)")
    let shown = try Command.vitals("show", path)
    #expect(shown.output.contains("app/demo/worker0") && !shown.output.contains("stale"))
    let kept = try host.open(Self.table)
    let mapping = try Mapping(of: kept, byteCount: try kept.byteCount())
    func changes() -> Bool {
      let before = mapping.copyBytes(at: 0, count: mapping.byteCount)
      for _ in 0..<100 {
        if mapping.copyBytes(at: 0, count: mapping.byteCount) != before { return true }
        sleepNanoseconds(10_000_000)
      }
      return false
    }
    #expect(changes())
    let mount = try #require(host.mount)
    kill(mount.child.pid, SIGSTOP)
    #expect(changes())
    kill(mount.child.pid, SIGKILL)
    mount.child.waitForExit(milliseconds: 5_000)
    #expect(changes())
    #expect(try Self.bytes(kept, 4096).prefix(8) == mapping.copyBytes(at: 0, count: 8)[...])
    #expect(try host.shell("cat \(Self.exits)").status != 0)
    try host.mountAgain()
    #expect(try host.shell("cat \(Self.exits)").status == 0)
  }

  @Test("Without passthrough a table is copied, and .status says so")
  func withoutPassthrough() throws {
    let host = try MountedDemo("-o", "passthrough=off")
    #expect(try host.shell("cat .status").output.contains("\ntables copied: passthrough=off\n"))
    let check = try Command.vitals("check", "\(host.directory)/\(Self.table)")
    // A copied table cannot be mapped as shared memory: check reports the mmap error.
    #expect(check.status != 0 && check.output.contains("mmap"), "\(check.output)\(check.errors)")
    let size = try host.shell("cat \(Self.table) | wc -c; stat -c %s \(Self.table)")
    #expect(Set(size.textLines).count == 1 && size.textLines.count == 2)
  }

  @Test("A reader of a stopped server can be killed, and reading continues with the server")
  func readerStopped() throws {
    let host = try MountedDemo()
    let kept = try host.open(Self.exits)
    let before = try Self.count(kept)
    let mount = try #require(host.mount)
    kill(mount.child.pid, SIGSTOP)
    let reader = try host.shell("timeout -s KILL 1 cat \(Self.exits)")
    #expect(reader.status == 137)
    kill(mount.child.pid, SIGCONT)
    #expect(try Self.count(kept) >= before)
    #expect(try host.shell("cat \(Self.exits)").status == 0)
  }

  @Test("A group read by passthrough is updated, and empty after its source ended")
  func groupKernel() throws {
    let host = try MountedDemo("-o", "passthrough=all")
    let path = "kvm/demo-mmio/vcpu0/kvm/.binary"
    let kept = try host.open(path)
    func changes(within milliseconds: Int) throws -> Bool {
      let before = try Self.bytes(kept, 1 << 16)
      for _ in 0..<milliseconds / 10 {
        if try Self.bytes(kept, 1 << 16) != before { return true }
        sleepNanoseconds(10_000_000)
      }
      return false
    }
    #expect(try changes(within: 2_000))
    let check = try Command.vitals("check", "\(host.directory)/\(path)")
    #expect(check.status == 0, "\(check.output)")
    let mount = try #require(host.mount)
    kill(mount.child.pid, SIGSTOP)
    let frozen = try Self.bytes(kept, 1 << 16)
    sleepNanoseconds(50_000_000)
    #expect(try Self.bytes(kept, 1 << 16) == frozen && frozen.count > 1_000)
    kill(mount.child.pid, SIGCONT)
    #expect(try changes(within: 5_000))
    host.demo.child.terminate(timeoutMilliseconds: 2_000)
    var tries = 0
    while try !Self.bytes(kept, 16).isEmpty, tries < 500 {
      sleepNanoseconds(10_000_000)
      tries += 1
    }
    #expect(tries < 500)
  }

  @Test("poll(2) on a schema reports sources that appear or end below it")
  func pollsSchema() throws {
    let host = try MountedDemo()
    // No other test publishes there; VMs appear and end on the host all the time.
    let schema = try host.open("app/.schema")
    func isReadable(within milliseconds: Int) -> Bool {
      schema.waitForInput(milliseconds: milliseconds)
    }
    #expect(isReadable(within: 0))
    #expect(try !Self.bytes(schema, 1 << 16).isEmpty)
    #expect(!isReadable(within: 500))
    host.demo.child.terminate(timeoutMilliseconds: 2_000)
    #expect(isReadable(within: 10_000))
  }

  @Test("Writing 0 resets a count; other input is invalid")
  func writing0() throws {
    let host = try MountedDemo()
    let wrong = try host.shell("/bin/echo 7 > \(Self.exits)")
    #expect(wrong.status != 0 && wrong.errors.contains("Invalid argument"), "\(wrong.errors)")
    let before = try Self.count(try host.open(Self.exits))
    let after = try host.shell("echo 0 > \(Self.exits); cat \(Self.exits)")
    #expect(after.errors.isEmpty && Int(after.textLines[0]).map { $0 < before } ?? false)
    let appended = try host.shell("echo 0 >> \(Self.exits)")
    #expect(appended.status == 0, "\(appended.errors)")
    let level = try host.shell("echo 0 > kvm/demo-mmio/vcpu1/kvm/blocking")
    #expect(level.errors.contains("Operation not permitted"), "\(level.errors)")
  }

  @Test(
    "An unprivileged user can mount, and tables are copied",
    .enabled(
      if: Mounting.hasProgram("setpriv") && Mounting.hasProgram("fusermount3")
        && Mounting.isOpenToAll, "no setpriv, no fusermount3, or /dev/fuse is not open to all users"
    ))
  func userWithout() throws {
    let copy = "/tmp/vitals-mounter-\(getpid())"
    let directory = "\(copy).d"
    defer { removeFile(copy) }
    let prepared = try Command.run([
      "/bin/sh", "-c",
      "install -m 0755 \(try Command.product("vitals")) \(copy); "
        + "install -d -o 65534 \(directory)",
    ])
    try #require(prepared.status == 0)
    defer { unsafe rmdir(directory) }
    let mount = try RunningProgram(
      ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
        + [copy, "mount", directory, "host"], until: "mounted on")
    defer { mount.child.terminate(timeoutMilliseconds: 5_000) }
    let script = "ls \(directory)/host; cat \(directory)/.status"
    let result = try Command.run([
      "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "/bin/sh", "-c", script,
    ])
    #expect(result.output.contains("cpu0\n"), "\(result.errors)")
    #expect(result.output.contains("tables copied: passthrough requires CAP_SYS_ADMIN"))
  }

  @Test(
    "An unprivileged user reads all files, and with visibility=owner no files of other users",
    .enabled(if: Mounting.hasProgram("setpriv"), "no setpriv"))
  func userWithoutRights() throws {
    let open = try MountedDemo()
    let read = try open.shellAsNobody("cat \(Self.exits)")
    #expect(read.status == 0, "\(read.errors)")
    #expect(try open.shellAsNobody("cat app/demo/worker0/requests/served").status == 0)
    #expect(try open.shellAsNobody("head -c 8 \(Self.table) | wc -c").textLines == ["8"])
    let refused = try open.shellAsNobody("echo 0 > \(Self.exits)")
    #expect(refused.errors.contains("Permission denied"), "\(refused.errors)")
    open.endMount()
    try open.mountAgain(["-o", "visibility=owner"])
    // The publisher and the VMs belong to root; the host's CPUs have no owner.
    #expect(try open.shellAsNobody("ls app").textLines == [])
    #expect(try !open.shellAsNobody("ls kvm").output.contains("demo"))
    #expect(try !open.shellAsNobody("cat host/*/.values").textLines.isEmpty)
    #expect(try open.shell("ls app").textLines == ["demo"])
    let closed = try open.shellAsNobody("cat app/demo/.status")
    #expect(closed.errors.contains("Permission denied"), "\(closed.errors)")
    open.endMount()
    try open.mountAgain(["-o", "mode=0700"])
    #expect(try open.shellAsNobody("cat \(Self.exits)").status != 0)
  }
}
