public import LinuxSystem

/// A mounted filesystem, as the kernel lists it (`/proc/self/mountinfo` of proc(5)).
public struct MountedFileSystem: Hashable, Sendable {
  /// The device's number as `major:minor`, which no other mounted filesystem has.
  public let device: String
  public let directory: String
  /// Such as `ext4`, or `fuse.vitals`.
  public let type: String

  /// Whether its files are served by a process.
  public var isFuse: Bool { type == "fuse" || type.hasPrefix("fuse.") }

  /// The topmost mount of a directory, by its path without links; nil where it is none.
  ///
  /// The filesystem is not asked, so that this returns at once also where its server is stopped.
  public static func top(of directory: String) throws(SystemError) -> MountedFileSystem? {
    try all().last { $0.directory == directory }
  }

  /// The mount that a path without links lies in; the filesystem is not asked.
  public static func containing(_ path: String) throws(SystemError) -> MountedFileSystem? {
    try all().reduce(nil) { found, next in
      let start = next.directory == "/" ? "/" : next.directory + "/"
      guard path == next.directory || path.hasPrefix(start) else { return found }
      // Of several on one directory the last one is seen.
      return next.directory.utf8.count >= found?.directory.utf8.count ?? 0 ? next : found
    }
  }

  private static func all() throws(SystemError) -> [MountedFileSystem] {
    let table = try readText("/proc/self/mountinfo", limit: 1 << 24)
    return table.split(separator: "\n").compactMap(Self.init(line:))
  }

  /// Reads a line; nil where it is none.
  init?(line: some StringProtocol) {
    let fields = line.split(separator: " ", omittingEmptySubsequences: false)
    guard fields.count > 6, let dash = fields[6...].firstIndex(of: "-"),
      dash + 1 < fields.count
    else { return nil }
    device = String(fields[2])
    directory = Self.unescaped(fields[4])
    type = Self.unescaped(fields[dash + 1])
  }

  /// The kernel writes a space, a tab, a newline and a backslash as `\` and three octal digits.
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
