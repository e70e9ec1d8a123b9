import Glibc
import LinuxSystem

/// Describes a process with VMs, as reported by proc(5).
struct VMMInfo {
  let pid: Int32
  /// The start time in clock ticks since boot.
  ///
  /// The pid and the start time together identify one process.
  let startTicks: UInt64
  let owner: UInt32
  let command: String
  let arguments: [String]

  /// Reads the files of a process.
  ///
  /// - Returns: `nil` if the process does not exist, or if this process has no free descriptor for
  ///   reading the files.
  init?(pid: Int32, roots: SystemRoots) {
    let directory = roots.process(pid)
    guard let status = try? FileStatus(directory),
      let start = Self.startTicks(of: pid, roots: roots)
    else { return nil }
    self.pid = pid
    startTicks = start
    owner = status.owner
    let line: [UInt8]
    do throws(SystemError) {
      line = try readFile("\(directory)/cmdline")
    } catch {
      // Without the command line, the VM would get a wrong name.
      guard error.code != EMFILE, error.code != ENFILE else { return nil }
      line = []
    }
    command = ((try? readText("\(directory)/comm")) ?? "?").filter { $0 != "\n" }
    // A process that writes a title over its arguments might leave no NUL at the end.
    let whole = line.last == 0 ? line.dropLast() : line[...]
    arguments =
      whole.isEmpty
      ? []
      : whole.split(separator: 0, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
  }

  /// Reads field 22 of `/proc/PID/stat`.
  ///
  /// Fields are counted from the closing parenthesis of the command.
  static func startTicks(of pid: Int32, roots: SystemRoots) -> UInt64? {
    guard let text = try? readText("\(roots.process(pid))/stat"),
      let end = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    return fields.count > 19 ? UInt64(fields[19]) : nil
  }

  /// The name of the VM on the VMM's command line.
  var vmName: String? {
    for option in ["-name", "--name", "--id", "--vm-name"] {
      guard let value = self.value(of: option) else { continue }
      // QEMU accepts `guest=NAME,debug-threads=on` and `NAME,process=...`; commas in NAME are
      // doubled.
      let parts = value.replacing(",,", with: "\0").split(separator: ",")
        .map { String($0).replacing("\0", with: ",") }
      let guest = parts.first { $0.hasPrefix("guest=") }.map { String($0.dropFirst(6)) }
      // The first part might be another property, such as `process=NAME`, instead of a name.
      let plain = parts.first.flatMap { $0.contains("=") ? nil : $0 }
      if let name = guest ?? plain, !name.isEmpty { return name }
    }
    return nil
  }

  /// The UUID of the VM on the VMM's command line.
  var vmUUID: String? { value(of: "-uuid") ?? value(of: "--uuid") }

  private func value(of option: String) -> String? {
    if let index = arguments.firstIndex(of: option), index + 1 < arguments.count {
      return arguments[index + 1]
    }
    let prefix = option + "="
    return arguments.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
  }
}
