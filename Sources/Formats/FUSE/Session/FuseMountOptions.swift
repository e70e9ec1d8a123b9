import LinuxSystem

/// How a statistics filesystem is mounted (mount.fuse3(8)).
public struct FuseMountOptions: Sendable {
  /// Who mounts.
  public enum Way: Hashable, Sendable {
    /// mount(2) for root, else `fusermount3`.
    case automatic
    /// mount(2), which takes CAP_SYS_ADMIN.
    case systemCall
    /// A set-user-ID program that mounts for its user: the path of `fusermount3`.
    case program(String)
  }

  /// What is shown as the filesystem's source and, behind `fuse.`, as its type.
  ///
  /// - Precondition: It has ASCII letters, digits and `-` only: others would be options.
  public var name = "vitals" {
    didSet {
      precondition(
        !name.isEmpty && name.utf8.allSatisfy(Self.isPlain), "\(name) cannot be a type")
    }
  }
  /// Whether users other than the one who mounts can see it; root, too, is another user.
  ///
  /// `fusermount3` asks for `user_allow_other` in `/etc/fuse.conf`.
  public var allowsOthers = currentUser() == 0
  /// The owner whom the kernel has as the one who mounted.
  public var user = currentUser()
  public var group = currentGroup()
  /// The most bytes of a read.
  public var largestRead: UInt32 = 1 << 20
  public var way = Way.automatic

  public init() {}

  /// What both ways are told; the kernel checks permissions by mode and owner.
  var common: String {
    "default_permissions,max_read=\(largestRead)" + (allowsOthers ? ",allow_other" : "")
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  var type: String { "fuse.\(name)" }
}
