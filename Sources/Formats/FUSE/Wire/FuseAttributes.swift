import CLinux
import Glibc

/// The attributes of a node, as returned by stat(2).
public struct FuseAttributes: Hashable, Sendable {
  /// The type of a node.
  ///
  /// The raw value is the type bits of the node's mode.
  public enum Kind: UInt32, Hashable, Sendable {
    case file = 0o100000
    case directory = 0o040000

    /// The type in a directory entry (readdir(3)).
    var entryType: UInt32 { rawValue >> 12 }
  }

  public var inode: UInt64
  public var kind: Kind
  /// The permission bits, for example 0o444.
  public var permissions: UInt32
  /// The length in bytes.
  ///
  /// Without direct I/O, the kernel does not read beyond this length. tar(1) never reads beyond it.
  public var size: UInt64
  public var user: UInt32
  public var group: UInt32
  public var links: UInt32
  /// The time of the last access, modification and change, in nanoseconds of CLOCK_REALTIME.
  public var time: UInt64

  public init(
    inode: UInt64, kind: Kind, permissions: UInt32, size: UInt64 = 0, user: UInt32 = 0,
    group: UInt32 = 0, links: UInt32? = nil, time: UInt64 = 0
  ) {
    self.inode = inode
    self.kind = kind
    self.permissions = permissions
    self.size = size
    self.user = user
    self.group = group
    self.links = links ?? (kind == .directory ? 2 : 1)
    self.time = time
  }
}

extension FuseAttributes {
  /// Encodes `struct fuse_attr`.
  func encode(into reply: inout FuseReplyBuffer) {
    let seconds = time / 1_000_000_000
    let nanoseconds = UInt32(time % 1_000_000_000)
    reply.append(number: inode)
    reply.append(number: size)
    reply.append(number: size / 512 + (size % 512 > 0 ? 1 : 0))
    for _ in 0..<3 { reply.append(number: seconds) }
    for _ in 0..<3 { reply.append(number: nanoseconds) }
    reply.append(number: kind.rawValue | permissions & 0o7777)
    reply.append(number: links)
    reply.append(number: user)
    reply.append(number: group)
    // No device, a block size of one page, no flags.
    reply.append(number: UInt32(0))
    reply.append(number: UInt32(4096))
    reply.append(number: UInt32(0))
  }
}

/// A node as the kernel caches it: the node's id, its attributes and their validity.
public struct FuseEntry: Hashable, Sendable {
  /// The node id that later requests contain; 0 means that the name does not exist.
  public var node: UInt64
  /// Distinguishes nodes of the same id.
  ///
  /// The pair of `node` and `generation` must be unique while the filesystem is mounted.
  public var generation: UInt64
  public var attributes: FuseAttributes
  /// For how many nanoseconds the kernel uses the name without another lookup.
  public var nameValidity: UInt64
  /// For how many nanoseconds the kernel uses the attributes without another request.
  public var attributesValidity: UInt64

  public init(
    node: UInt64, generation: UInt64 = 0, attributes: FuseAttributes, nameValidity: UInt64,
    attributesValidity: UInt64
  ) {
    self.node = node
    self.generation = generation
    self.attributes = attributes
    self.nameValidity = nameValidity
    self.attributesValidity = attributesValidity
  }

  /// Encodes `struct fuse_entry_out`.
  func encode(into reply: inout FuseReplyBuffer) {
    reply.append(number: node)
    reply.append(number: generation)
    reply.append(number: nameValidity / 1_000_000_000)
    reply.append(number: attributesValidity / 1_000_000_000)
    reply.append(number: UInt32(nameValidity % 1_000_000_000))
    reply.append(number: UInt32(attributesValidity % 1_000_000_000))
    attributes.encode(into: &reply)
  }
}
