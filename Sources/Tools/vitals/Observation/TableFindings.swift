import LinuxSystem
import SharedTable
import Statistics
import StatsChecks
import StatsFormats
import XenTable

/// What `vitals check` finds in tables.
enum TableFindings {
  /// The findings in a table, or in that of the publisher who listens at a socket.
  static func all(of path: String) -> [Finding] { TableCheck(path).run() }

  /// The findings in a Xen statistics table.
  static func xen(_ path: String) throws(SystemError) -> [Finding] {
    XenTableCheck(try Descriptor.open(path), object: path).run()
  }

  /// What memory a table takes: the whole, then each source and group; nothing where it cannot be
  /// read.
  static func memory(of path: String) -> String {
    guard let reader = try? reader(of: path) else { return "" }
    var lines = [("\(path): up to the last block", reader.usedByteCount)]
    for source in reader.sources {
      lines.append(("  \(source.path)", source.byteCount))
      for group in reader.groups where group.source == source.id {
        let annex = group.isOnDemand ? ", values on demand" : ""
        lines.append(("  \(source.path): \(group.name)\(annex)", group.byteCount))
      }
    }
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { plain, count in
      let name = plain.printable
      let digits = String(count)
      let gap = width - name.count + max(2, 12 - digits.count)
      return "\(name)\(String(repeating: " ", count: gap))\(digits) bytes\n"
    }.joined()
  }

  private static func reader(of path: String) throws(TableError) -> Reader {
    let isSocket = (try? FileStatus(path))?.isSocket ?? false
    return isSocket ? try Reader.connect(to: path) : try Reader.open(path)
  }
}
