import Glibc
import LinuxSystem
import StatsFS
import TestSupport

@testable import FUSE

/// A directory to mount on, unmounted and removed when the object or this process ends.
final class MountDirectory: Sendable {
  let path: String
  private let watchdog: ChildProcess

  init() throws {
    var template = Array("/tmp/vitals-mount-XXXXXX".utf8CString)
    let isMade = unsafe template.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return false }
      return unsafe mkdtemp(start) != nil
    }
    guard isMade else { throw SystemError(call: "mkdtemp", object: "/tmp", code: errno) }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    let script = """
      while kill -0 \(getpid()); do sleep 1; done
      while umount -l \(path); do :; done
      rmdir \(path)
      """
    watchdog = try ChildProcess(
      executable: "/bin/sh", arguments: ["-c", "{ \(script); } >/dev/null 2>&1"],
      output: Descriptor.standardError())
  }

  deinit {
    while (try? detachMount(path)) != nil {}
    for name in (try? directoryEntries(path)) ?? [] { removeFile("\(path)/\(name)") }
    unsafe rmdir(path)
    watchdog.kill()
  }

  /// Whether this process can mount filesystems.
  static let canMount: Bool = {
    do {
      let directory = try MountDirectory()
      let mount = try FuseMount(on: directory.path)
      return mount.isMounted
    } catch {
      return false
    }
  }()
}

/// The output and the exit status of a shell command.
struct Shell: Equatable {
  let output: String
  let status: Int

  /// Runs a command in a directory, with standard error in its output; kills it after a timeout.
  @discardableResult
  static func run(
    _ command: String, in directory: String = "/", seconds: Int = 20
  ) throws -> Shell {
    let pipe = try Pipe()
    let process = try ChildProcess(
      executable: "/bin/sh",
      arguments: [
        "-c", "cd \"$1\"; timeout -s KILL \"$2\" sh -c \"$3\" 2>&1; echo \"=$?\"", "sh",
        directory, "\(seconds)", command,
      ], output: pipe.writer)
    let reader = pipe.closeWriter()
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      guard reader.waitForInput(milliseconds: (seconds + 10) * 1_000) else { break }
      let count = try reader.read(into: &chunk)
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    process.kill()
    let end = bytes.lastIndex(of: UInt8(ascii: "=")) ?? bytes.endIndex
    let status = String(decoding: bytes[end...].dropFirst().dropLast(), as: UTF8.self)
    return Shell(
      output: String(decoding: bytes[..<end], as: UTF8.self), status: Int(status) ?? -1)
  }
}
