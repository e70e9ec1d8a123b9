import LinuxSystem
import StatsFormats
import StatsInput
import StatsKnowledge
import StatsTree

/// Writes a file of the xcp-rrdd protocol V2, and updates the file in place.
///
/// The size of the file never changes, because a reader maps the file only once. Therefore the file
/// has spare room for further sources. If the sources no longer fit, a new file replaces the old
/// file, and the user has to restart or notify the readers.
struct MetricsFile: ~Copyable {
  private static let minimumByteCount = 16_384
  private static let pageByteCount = 4096

  private let path: String
  private var export: RRDExport
  private var file: Descriptor?
  /// The status of the created file.
  ///
  /// Another status at `path` means that another file has replaced the created file.
  private var status: FileStatus?
  private var byteCount = 0

  init(_ path: String, _ sampler: Sampler) {
    self.path = path
    export = RRDExport(sampler, meanings: .builtIn)
  }

  /// Writes the values of the last pass (sampling of all groups).
  ///
  /// - Returns: a message for the user if a new file replaced the previous file.
  mutating func update() throws(SystemError) -> String? {
    let isNew = export.update(at: .now)
    let isUnchanged = status.map { (try? FileStatus(path))?.isSame(as: $0) == true }
    if isUnchanged == true, export.bytes.count <= byteCount {
      // Write the data first, because the header refers to the data.
      let rest = isNew ? export.header.upperBound..<export.bytes.count : export.values
      try file?.write(export.bytes[rest], at: rest.lowerBound)
      try file?.write(export.bytes[export.header], at: 0)
      return nil
    }
    let old = byteCount
    try replace()
    switch isUnchanged {
    case nil: return nil
    case true:
      return "created a new '\(path)' of \(byteCount) bytes: the sources need "
        + "\(export.bytes.count) bytes, the old file had \(old)"
    default: return "created a new '\(path)': another process removed or replaced the old file"
    }
  }

  /// Creates a complete file under a temporary name, and renames this file to `path`.
  private mutating func replace() throws(SystemError) {
    let needed = export.bytes.count + export.bytes.count / 2
    let pages = (needed + Self.pageByteCount - 1) / Self.pageByteCount
    byteCount = max(Self.minimumByteCount, pages * Self.pageByteCount)
    let new = "\(path).tmp"
    // A former run might have left a file with this name.
    removeFile(new)
    let file = try Descriptor.createNew(new, mode: 0o600)
    try file.reserve(byteCount)
    try file.write(export.bytes[...], at: 0)
    status = try FileStatus(file)
    try renameFile(new, to: path)
    self.file = consume file
  }
}
