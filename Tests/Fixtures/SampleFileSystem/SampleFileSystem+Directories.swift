public import FUSE
import StatsFS
import Synchronization

extension SampleFileSystem {
  public func readDirectory(
    _ range: FuseRange, of node: UInt64, for _: FuseCaller,
    into entries: inout FuseDirectoryBuffer
  ) throws(FuseError) {
    let directory = try item(node)
    guard directory.isDirectory else { throw .notDirectory }
    var cookie = range.offset
    while let next = Self.child(cookie, of: directory) {
      cookie += 1
      guard let name = FuseName(next.name) else { throw .inputOutput }
      guard next.name != "." && next.name != ".." else {
        guard
          entries.append(
            next.name == "." ? .itself : .parent, inode: next.item.inode, cookie: cookie)
        else { return }
        continue
      }
      let countsLookups = entries.countsLookups
      let number = state.withLock { countsLookups ? $0.nodes.lookUp(next.item) : 0 }
      guard
        entries.append(entry(next.item, node: number), named: name, cookie: cookie)
      else {
        if countsLookups { forget(number, lookups: 1) }
        return
      }
    }
  }

  public func status() -> FuseFileSystemStatus {
    FuseFileSystemStatus(nodes: UInt64(SampleItem.manyCount + SampleItem.files.count + 1))
  }

  /// The entry that follows a cookie.
  private static func child(
    _ cookie: UInt64, of directory: SampleItem
  ) -> (name: String, item: SampleItem)? {
    switch cookie {
    case 0: return (".", directory)
    case 1: return ("..", .root)
    default:
      let count = directory == .root ? SampleItem.files.count : SampleItem.manyCount
      guard cookie - 2 < UInt64(count) else { return nil }
      let index = Int(cookie - 2)
      return directory == .root
        ? SampleItem.files[index] : (SampleItem.name(index), .numbered(index))
    }
  }

  func item(_ node: UInt64) throws(FuseError) -> SampleItem {
    guard let item = state.withLock({ $0.nodes[node] }) else { throw .stale }
    return item
  }

  func entry(_ item: SampleItem, node: UInt64) -> FuseEntry {
    FuseEntry(
      node: node, attributes: attributes(item), nameValidity: validity,
      attributesValidity: validity)
  }

  func attributes(_ item: SampleItem) -> FuseAttributes {
    FuseAttributes(
      inode: item.inode, kind: item.isDirectory ? .directory : .file,
      permissions: item.isDirectory ? 0o755 : item == .counter ? 0o644 : 0o444,
      size: UInt64(item.size))
  }

  /// The content created when a file is opened.
  static func content(_ item: SampleItem, _ opens: Int) -> [UInt8] {
    switch item {
    case .text: SampleItem.textContent
    case .counter: Array("\(opens)\n".utf8)
    case .numbered(let number): Array("\(number)\n".utf8)
    default: []
    }
  }

  /// Appends lines of seven digits.
  static func appendLines(from offset: UInt64, to reply: inout FuseReplyBuffer) {
    var position = offset
    while position < UInt64(SampleItem.lineCount * 8), reply.remainingCount > 0 {
      let column = Int(position % 8)
      if column == 7 {
        reply.append(UInt8(ascii: "\n"))
      } else {
        var digits = position / 8
        for _ in column..<6 { digits /= 10 }
        reply.append(UInt8(ascii: "0") + UInt8(digits % 10))
      }
      position += 1
    }
  }
}
