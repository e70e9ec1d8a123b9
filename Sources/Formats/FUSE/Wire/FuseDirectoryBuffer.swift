import CLinux

/// The entries of a directory, as many as fit into what was asked for.
///
/// An entry has a cookie: the number from which the next read goes on behind it. Cookies are the
/// filesystem's own; 0 is the start. A directory that changes between two reads gives an entry that
/// stays neither twice nor never, where each entry keeps its cookie.
public struct FuseDirectoryBuffer: ~Copyable, Sendable {
  var reply = FuseReplyBuffer()

  /// Whether the kernel takes each entry as a lookup of its node.
  ///
  /// Then what `append` has taken counts as looked up, but for `.` and `..`.
  public private(set) var countsLookups = false

  init() {}

  /// Adds an entry: false where it does not fit, and neither do those behind it.
  public mutating func append(
    _ entry: FuseEntry, named name: FuseName, cookie: UInt64
  ) -> Bool {
    let start = countsLookups ? CLINUX_FUSE_DIRENTPLUS_SIZE : CLINUX_FUSE_DIRENT_SIZE
    // Entries begin at multiples of 8 bytes.
    let padding = -(start + name.bytes.count) & 7
    guard start + name.bytes.count + padding <= reply.room else { return false }
    if countsLookups { entry.encode(into: &reply) }
    reply.append(number: entry.attributes.inode)
    reply.append(number: cookie)
    reply.append(number: UInt32(name.bytes.count))
    reply.append(number: entry.attributes.kind.entryType)
    reply.append(name.bytes.span)
    for _ in 0..<padding { reply.append(0) }
    return true
  }

  /// Adds `.` or `..`: false where it does not fit.
  public mutating func append(
    _ link: FuseDirectoryLink, inode: UInt64, cookie: UInt64
  ) -> Bool {
    // Node 0: the kernel looks up neither.
    append(
      FuseEntry(
        node: 0,
        attributes: FuseAttributes(inode: inode, kind: .directory, permissions: 0o555),
        nameValidity: 0, attributesValidity: 0),
      named: link.name, cookie: cookie)
  }

  mutating func begin(limit: Int, countsLookups: Bool) {
    self.countsLookups = countsLookups
    reply.begin(limit: limit)
  }

  mutating func finish(identifier: UInt64) {
    reply.finish(code: 0, identifier: identifier)
  }
}

/// The entries that every directory has.
public enum FuseDirectoryLink: Sendable {
  case itself
  case parent

  var name: FuseName { self == .itself ? .dot : .dots }
}
