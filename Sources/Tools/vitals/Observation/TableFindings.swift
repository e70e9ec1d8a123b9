import LinuxSystem
import SharedTable
import Statistics
import StatsChecks
import StatsFormats
import XenTable

/// Runs the checks of `vitals check` for shared tables and Xen statistics tables.
enum TableFindings {
  /// Checks a table, or the table of the publisher that listens on a socket.
  static func all(of path: String) -> [Finding] { TableCheck(path).run() }

  /// Checks a Xen statistics table.
  static func xen(_ path: String) throws(SystemError) -> [Finding] {
    XenTableCheck(try Descriptor.open(path), object: path).run()
  }

  /// Returns the memory use of a table as text: first the total, then the bytes of each source and
  /// each group.
  ///
  /// - Returns: an empty text if the table is not readable.
  static func memory(of path: String) -> String {
    guard let reader = try? reader(of: path) else { return "" }
    var lines = [("\(path): total", reader.usedByteCount)]
    for source in reader.sources {
      lines.append(("  \(source.path)", source.byteCount))
      for group in reader.groups where group.source == source.id {
        let note = group.isOnDemand ? ", on demand" : ""
        lines.append(("  \(source.path): \(group.name)\(note)", group.byteCount))
      }
    }
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { text, count in
      let name = text.printable
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
