import CLinux

/// Collects directory entries for a reply, up to the requested size.
///
/// Each entry has a cookie: the offset with which a read continues after this entry. The filesystem
/// chooses the cookies. Offset 0 is the start of the directory. An entry must keep its cookie when
/// the directory changes between two reads, so that the reader gets every remaining entry exactly
/// once.
public struct FuseDirectoryBuffer: ~Copyable, Sendable {
  var reply = FuseReplyBuffer()

  /// Whether the kernel counts each entry as a lookup of its node.
  ///
  /// If `true`, every entry for which `append` returns `true` counts as one lookup, except `.` and
  /// `..`.
  public private(set) var countsLookups = false

  init() {}

  /// Appends an entry.
  ///
  /// - Returns: `false` if the entry does not fit. In this case the caller must not append later
  ///   entries.
  public mutating func append(
    _ entry: FuseEntry, named name: FuseName, cookie: UInt64
  ) -> Bool {
    let start = countsLookups ? CLINUX_FUSE_DIRENTPLUS_SIZE : CLINUX_FUSE_DIRENT_SIZE
    // Entries are aligned to 8 bytes.
    let padding = -(start + name.bytes.count) & 7
    guard start + name.bytes.count + padding <= reply.remainingCount else { return false }
    if countsLookups { entry.encode(into: &reply) }
    reply.append(number: entry.attributes.inode)
    reply.append(number: cookie)
    reply.append(number: UInt32(name.bytes.count))
    reply.append(number: entry.attributes.kind.entryType)
    reply.append(name.bytes.span)
    for _ in 0..<padding { reply.append(0) }
    return true
  }

  /// Appends `.` or `..`, and returns `false` if the entry does not fit.
  public mutating func append(
    _ link: FuseDirectoryLink, inode: UInt64, cookie: UInt64
  ) -> Bool {
    // With node 0, the kernel does not count a lookup.
    append(
      FuseEntry(
        node: 0,
        attributes: FuseAttributes(inode: inode, kind: .directory, permissions: 0o555),
        nameValidity: 0, attributesValidity: 0),
      named: link.name, cookie: cookie)
  }

  mutating func reset(limit: Int, countsLookups: Bool) {
    self.countsLookups = countsLookups
    reply.reset(limit: limit)
  }

  mutating func finish(identifier: UInt64) {
    reply.finish(code: 0, identifier: identifier)
  }
}

/// The two entries that every directory has.
public enum FuseDirectoryLink: Sendable {
  case itself
  case parent

  var name: FuseName { self == .itself ? .dot : .dotDot }
}
