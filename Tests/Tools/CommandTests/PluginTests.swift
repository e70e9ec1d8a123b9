import Glibc
import LinuxSystem
import TestSupport
import Testing

/// Tests of files of xcp-rrdd plugins that one `vitals` writes and another reads.
@Suite("Files of xcp-rrdd plugins", .serialized)
final class PluginTests {
  private let directory = "/dev/shm/vitals-test-\(UInt64.random(in: 0 ... .max))"

  init() throws { try makeDirectory(directory) }

  deinit {
    for name in (try? directoryEntries(directory)) ?? [] { removeFile("\(directory)/\(name)") }
    removeEmptyDirectory(directory)
  }

  private func watch(_ words: String...) throws -> ChildProcess {
    let pipe = try Pipe()
    return try ChildProcess(
      executable: Command.product("vitals"),
      arguments: ["watch"] + words + ["--every", "50ms", "--format", "xcp-rrdd"],
      output: pipe.writer)
  }

  private func metadataChecksum(_ path: String) throws -> [UInt8] {
    try Descriptor.open(path).bytes(count: 4, at: 15)
  }

  @Test("A file that show wrote passes all checks and has the same names as a source")
  func show() throws {
    let path = "\(directory)/one"
    let bytes = try Command.run([
      "/bin/sh", "-c", #"umask 077; exec "$1" show host/cpu0 --format xcp-rrdd >"$2""#, "sh",
      Command.product("vitals"), path,
    ])
    #expect(bytes.status == 0, "\(bytes.errors)")
    let check = try Command.vitals("check", path)
    #expect(check.status == 0 && check.output.contains("13 passed, 0 failed"), "\(check.output)")
    let list = try Command.vitals("list", "rrdd", "--plugins", directory)
    #expect(list.output.contains("rrdd/one  up      rrdd:rrdd"), "\(list.output)")
    let shown = try Command.vitals("show", "rrdd", "--plugins", directory, "--zeros")
    #expect(shown.output.contains("host/cpu0/user "), "\(shown.output)")
    #expect(shown.errors == "")
    // An invalid file is reported on its own source and does not hide the others.
    let old = "DATASOURCES\n00000012\n00112233445566778899aabbccddeeff\n{\"datasources\":{}}"
    try Descriptor.createNew("\(directory)/old", mode: 0o600).write(Array(old.utf8))
    let both = try Command.vitals("list", "rrdd", "--plugins", directory)
    #expect(both.status == 0 && both.errors == "")
    #expect(both.output.contains("rrdd/one  up      rrdd:rrdd"), "\(both.output)")
    #expect(both.output.contains("unsupported xcp-rrdd protocol V1"), "\(both.output)")
    let bad = try Command.vitals("show", "rrdd/old", "--plugins", directory)
    #expect(bad.output.contains("denied (EBADMSG)"), "\(bad.output)")
    #expect(bad.errors == "")
  }

  @Test("watch updates a file in place, and check finds modified bytes")
  func inPlace() throws {
    let path = "\(directory)/cpu"
    let writer = try watch("host/cpu0", "--to", path)
    defer { writer.kill() }
    #expect(waits(seconds: 20) { (try? FileStatus(path)) != nil })
    let status = try FileStatus(path)
    let checksum = try metadataChecksum(path)
    let first = try Descriptor.open(path).bytes(count: 12, at: 19)
    #expect(status.mode & 0o777 == 0o600 && status.size == 16_384)
    #expect(try waits(seconds: 20) { try Descriptor.open(path).bytes(count: 12, at: 19) != first })
    #expect(try FileStatus(path).isSame(as: status))
    #expect(try metadataChecksum(path) == checksum)
    let rate = try Command.vitals(
      "watch", "rrdd/cpu", "--plugins", directory, "--every", "200ms", "--count", "2")
    #expect(rate.output.contains("rrdd/cpu  up"), "\(rate.output)")
    writer.kill()
    try Descriptor.openForWriting(path).write([0xff], at: 40)
    let check = try Command.vitals("check", path)
    #expect(check.status == 1 && check.output.contains("R3"), "\(check.output)")
    let list = try Command.vitals("list", "rrdd", "--plugins", directory)
    #expect(list.output.contains("checksum of the values does not match"), "\(list.output)")
  }

  @Test("watch replaces a file that was removed")
  func removed() throws {
    let path = "\(directory)/cpu"
    let writer = try watch("host/cpu0", "--to", path)
    defer { writer.kill() }
    #expect(waits(seconds: 20) { (try? FileStatus(path)) != nil })
    removeFile(path)
    #expect(waits(seconds: 20) { (try? FileStatus(path)) != nil })
    #expect(waits(seconds: 20) { (try? Command.vitals("check", path).status) == 0 })
  }

  @Test("watch replaces the file if new sources do not fit")
  func grows() throws {
    let path = "\(directory)/out"
    let plugins = "\(directory)/in"
    try makeDirectory(plugins)
    defer {
      for name in (try? directoryEntries(plugins)) ?? [] { removeFile("\(plugins)/\(name)") }
      removeEmptyDirectory(plugins)
    }
    func publish(_ name: String) throws {
      let made = try Command.run([
        "/bin/sh", "-c",
        #"umask 077; "$1" show host --format xcp-rrdd >"$2.tmp" && mv "$2.tmp" "$2""#, "sh",
        Command.product("vitals"), "\(plugins)/\(name)",
      ])
      #expect(made.status == 0, "\(made.errors)")
    }
    try publish("a")
    let writer = try watch("rrdd", "--plugins", plugins, "--to", path)
    defer { writer.kill() }
    #expect(waits(seconds: 20) { (try? FileStatus(path)) != nil })
    let small = try FileStatus(path)
    for number in 0..<40 where try FileStatus(path).isSame(as: small) {
      try publish("more\(number)")
    }
    #expect(try waits(seconds: 20) { try FileStatus(path).size > small.size })
    #expect(try !FileStatus(path).isSame(as: small))
    #expect(waits(seconds: 20) { (try? Command.vitals("check", path).status) == 0 })
  }

  @Test("An empty or missing directory of plugins is an error that names it")
  func absence() throws {
    let empty = try Command.vitals("list", "rrdd", "--plugins", directory)
    #expect(empty.status == 4)
    #expect(empty.errors.contains("no files of xcp-rrdd plugins in '\(directory)'"))
    let none = try Command.vitals("show", "rrdd/x", "--plugins", "\(directory)/none")
    #expect(none.status == 4)
    #expect(none.errors.contains("\(directory)/none: No such file or directory (ENOENT)"))
  }

  @Test(
    "Options that exclude or require each other are checked",
    arguments: [
      ["watch", "--format", "xcp-rrdd"], ["watch", "--to", "/dev/null"],
      ["list", "--format", "xcp-rrdd"], ["show", "--format", "xcp-rrdd", "--aggregate", "sum"],
    ])
  func usage(words: [String]) throws {
    #expect(try Command.vitals(words).status == 2)
  }
}
