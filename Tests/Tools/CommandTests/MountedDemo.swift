import Glibc
import LinuxSystem
import Testing

enum Mounting {
  static var isPossible: Bool {
    unsafe getuid() == 0 && access("/dev/fuse", R_OK | W_OK) == 0
  }

  /// Whether every user may open the device, as on most hosts.
  static var isOpenToAll: Bool {
    (try? FileStatus("/dev/fuse")).map { $0.mode & 0o006 == 0o006 } ?? false
  }

  static func hasProgram(_ name: String) -> Bool {
    ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"].contains { folder in
      unsafe access("\(folder)/\(name)", X_OK) == 0
    }
  }
}

/// Simulated VMs and a publisher, and a mount of them.
final class MountedDemo {
  let directory = "/tmp/vitals-mount-\(UInt64.random(in: 0 ... .max))"
  private let handover = "/tmp/vitals-mounted-\(UInt64.random(in: 0 ... .max))"
  let tables = "/dev/shm/vitals-mounted-\(UInt64.random(in: 0 ... .max))"
  private(set) var mount: RunningProgram?
  let demo: RunningProgram

  init(_ options: String...) throws {
    try makeDirectory(directory)
    try makeDirectory(tables)
    demo = try RunningProgram(
      [
        Command.product("vitals"), "demo", "--simulated", "--vms", "2", "--vcpus", "3", "--for",
        "60s", "--handover", handover, "--tables", tables,
      ], until: "vitals watch")
    try mountAgain(options)
  }

  deinit {
    endMount()
    demo.child.terminate(timeoutMilliseconds: 2_000)
    while (try? detachMount(directory)) != nil {}
    unsafe rmdir(directory)
    sleepNanoseconds(300_000_000)
    for name in (try? directoryEntries(tables)) ?? [] { removeFile("\(tables)/\(name)") }
    unsafe rmdir(tables)
  }

  /// Mounts on the directory, also after a mount that was killed.
  func mountAgain(_ options: [String] = []) throws {
    mount = try RunningProgram(
      [
        Command.product("vitals"), "mount", directory, "--method", "handover", "--handover",
        handover,
        "--tables", tables,
      ] + options, until: "mounted on")
  }

  func endMount() {
    mount?.child.terminate(timeoutMilliseconds: 5_000)
    mount = nil
  }

  /// Runs a line of sh(1) in the mount's directory.
  func shell(_ command: String) throws -> CommandResult {
    try Command.run(["/bin/sh", "-c", "cd \(directory); \(command)"])
  }

  /// Runs a line of sh(1) in the mount's directory as an unprivileged user.
  func shellAsNobody(_ command: String) throws -> CommandResult {
    try Command.run(
      ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
        + ["/bin/sh", "-c", "cd \(directory); \(command)"])
  }

  func open(_ path: String) throws(SystemError) -> Descriptor {
    try Descriptor.open("\(directory)/\(path)")
  }
}

extension CommandResult {
  /// The lines that are not empty.
  var textLines: [String] { output.split(separator: "\n").map(String.init) }
}
