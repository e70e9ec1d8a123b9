import LinuxSystem
import StatsFormats
import StatsInput
import StatsKnowledge
import StatsTree

/// A file of xcp-rrdd's protocol V2 that is kept up to date in place.
///
/// Its readers map it once: it keeps its size for life, with room for more sources. Where those do
/// not fit, another file takes its name, which a reader has to be told of.
struct MetricsFile: ~Copyable {
  private static let smallestByteCount = 16_384
  private static let pageByteCount = 4096

  private let path: String
  private var export: RRDExport
  private var file: Descriptor?
  /// What tells the file from another one under its name.
  private var status: FileStatus?
  private var byteCount = 0

  init(_ path: String, _ sampler: Sampler) {
    self.path = path
    export = RRDExport(sampler, meanings: .builtIn)
  }

  /// Writes the last pass: what a person should be told.
  mutating func update() throws(SystemError) -> String? {
    let isNew = export.update(at: .now)
    let isOurs = status.map { (try? FileStatus(path))?.isSame(as: $0) == true }
    if isOurs == true, export.bytes.count <= byteCount {
      // What the header tells of is there before it.
      let rest = isNew ? export.header.upperBound..<export.bytes.count : export.values
      try file?.write(export.bytes[rest], at: rest.lowerBound)
      try file?.write(export.bytes[export.header], at: 0)
      return nil
    }
    let old = byteCount
    try replace()
    switch isOurs {
    case nil: return nil
    case true:
      return "\(path) is a new file of \(byteCount) bytes: its sources need \(export.bytes.count), "
        + "and it had \(old)"
    default: return "\(path) was removed or replaced by somebody else; it is a new file"
    }
  }

  /// Puts a new file under the name, which is whole from its beginning.
  private mutating func replace() throws(SystemError) {
    let needed = export.bytes.count + export.bytes.count / 2
    let pages = (needed + Self.pageByteCount - 1) / Self.pageByteCount
    byteCount = max(Self.smallestByteCount, pages * Self.pageByteCount)
    let new = "\(path).tmp"
    // One that a former run left.
    removeFile(new)
    let made = try Descriptor.createNew(new, mode: 0o600)
    try made.reserve(byteCount)
    try made.write(export.bytes[...], at: 0)
    status = try FileStatus(made)
    try renameFile(new, to: path)
    file = consume made
  }
}
