import LinuxSystem

/// The entries of a directory of a mount.
struct MountListing: Sendable {
  let path: String
  var files: [(name: String, status: FileStatus)] = []
  var directories: [String] = []

  init(_ path: String) { self.path = path }

  /// The names that are reserved for the mount's own files and directories.
  static let own: Set = [
    ".values", ".schema", ".binary", ".labels", ".status", ".table", ".metrics",
  ]

  func path(_ name: String) -> String { path + "/" + name }

  func has(_ name: String) -> Bool { files.contains { $0.name == name } }

  /// The names of the statistics' files.
  var statistics: [String] { files.map(\.name).filter { !$0.hasPrefix(".") } }

  /// Whether this is the directory of a group.
  ///
  /// Only such a directory contains statistics or `.binary`.
  var isGroup: Bool { !statistics.isEmpty || has(".binary") }

  /// The path of the parent directory, with a trailing slash.
  var parent: String {
    String(path[...(path.lastIndex(of: "/") ?? path.startIndex)])
  }

  /// The possible names of the group: the name of the directory, and the same name without its
  /// numeric suffix.
  var groupNames: [String] { Self.groupNames(of: path.split(separator: "/").last ?? "") }

  static func groupNames(of directory: Substring) -> [String] {
    guard let dot = directory.lastIndex(of: "."), Int(directory[dot...].dropFirst()) != nil else {
      return [String(directory)]
    }
    return [String(directory), String(directory[..<dot])]
  }
}
