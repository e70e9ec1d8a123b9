public import LinuxSystem

/// A mounted filesystem, as listed in `/proc/self/mountinfo` (proc(5)).
public struct MountedFileSystem: Hashable, Sendable {
  /// The device number as `major:minor`, unique among mounted filesystems.
  public let device: String
  public let directory: String
  /// The type, such as `ext4` or `fuse.vitals`.
  public let type: String

  /// Whether the type is that of FUSE, which means that a process serves the files.
  public var isFuse: Bool { type == "fuse" || type.hasPrefix("fuse.") }

  /// Returns the topmost mount on a directory; nil if nothing is mounted there.
  ///
  /// `directory` must be a canonical path.
  ///
  /// The function sends no request to the filesystem, so a stopped server does not block the
  /// function.
  public static func top(of directory: String) throws(SystemError) -> MountedFileSystem? {
    try all().last { $0.directory == directory }
  }

  /// Returns the mount that contains a canonical path, without a request to the filesystem.
  public static func containing(_ path: String) throws(SystemError) -> MountedFileSystem? {
    try all().reduce(nil) { found, next in
      let start = next.directory == "/" ? "/" : next.directory + "/"
      guard path == next.directory || path.hasPrefix(start) else { return found }
      // The last mount on a directory hides the earlier mounts on this directory.
      return next.directory.utf8.count >= found?.directory.utf8.count ?? 0 ? next : found
    }
  }

  private static func all() throws(SystemError) -> [MountedFileSystem] {
    let table = try readText("/proc/self/mountinfo", limit: 1 << 24)
    return table.split(separator: "\n").compactMap(Self.init(line:))
  }

  /// Parses a line; nil if it is malformed.
  init?(line: some StringProtocol) {
    let fields = line.split(separator: " ", omittingEmptySubsequences: false)
    guard fields.count > 6, let dash = fields[6...].firstIndex(of: "-"),
      dash + 1 < fields.count
    else { return nil }
    device = String(fields[2])
    directory = Self.unescaped(fields[4])
    type = Self.unescaped(fields[dash + 1])
  }

  /// Decodes the kernel's escapes of space, tab, newline and backslash: `\` and three octal digits.
  private static func unescaped(_ field: some StringProtocol) -> String {
    var bytes: [UInt8] = []
    var rest = Array(field.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      let isEscape =
        byte == UInt8(ascii: "\\") && digits.count == 3
        && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }
      guard isEscape else {
        bytes.append(byte)
        continue
      }
      bytes.append(digits.reduce(0) { $0 << 3 | ($1 & 7) })
      rest = rest.dropFirst(3)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
