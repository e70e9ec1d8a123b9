import LinuxSystem

/// What a directory of a mount has, by name.
struct MountListing: Sendable {
  let path: String
  var files: [(name: String, status: FileStatus)] = []
  var directories: [String] = []

  init(_ path: String) { self.path = path }

  /// The files and directories that are the mount's own.
  static let own: Set = [
    ".values", ".schema", ".binary", ".labels", ".status", ".table", ".metrics",
  ]

  func path(_ name: String) -> String { path + "/" + name }

  func has(_ name: String) -> Bool { files.contains { $0.name == name } }

  /// The files that are statistics.
  var statistics: [String] { files.map(\.name).filter { !$0.hasPrefix(".") } }

  /// Whether it is that of a group: only sources have labels.
  var isGroup: Bool { !statistics.isEmpty || has(".binary") }

  /// The path of the directory above it, with the slash.
  var parent: String {
    String(path[...(path.lastIndex(of: "/") ?? path.startIndex)])
  }

  /// The group's name: that of the directory, which may have a number behind it.
  var groupNames: [String] { Self.groupNames(of: path.split(separator: "/").last ?? "") }

  static func groupNames(of directory: Substring) -> [String] {
    guard let dot = directory.lastIndex(of: "."), Int(directory[dot...].dropFirst()) != nil else {
      return [String(directory)]
    }
    return [String(directory), String(directory[..<dot])]
  }
}
