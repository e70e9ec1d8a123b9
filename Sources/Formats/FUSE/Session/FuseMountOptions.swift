import LinuxSystem

/// The options of a mount (mount.fuse3(8)).
public struct FuseMountOptions: Sendable {
  /// How the filesystem is mounted.
  public enum Method: Hashable, Sendable {
    /// mount(2) if running as root, else `fusermount3`.
    case automatic
    /// mount(2), which requires CAP_SYS_ADMIN.
    case systemCall
    /// A set-user-ID program that mounts on behalf of its user. The value is the path of
    /// `fusermount3`.
    case program(String)
  }

  /// The name of the mount in the kernel's list of mounts.
  ///
  /// The source of the mount is this name. The type of the mount is `fuse.` followed by this name.
  ///
  /// - Precondition: The name consists of ASCII letters, digits and `-`, because other characters
  ///   could add options.
  public var name = "vitals" {
    didSet {
      precondition(
        !name.isEmpty && name.utf8.allSatisfy(Self.isPlain), "\(name) is not a valid type")
    }
  }
  /// Whether users other than the user who mounts have access.
  ///
  /// Root counts as another user.
  ///
  /// `fusermount3` requires `user_allow_other` in `/etc/fuse.conf`.
  public var allowsOthers = currentUser() == 0
  /// The user whom the kernel records as the owner of the mount.
  public var user = currentUser()
  public var group = currentGroup()
  /// The maximum number of bytes of a read.
  public var maximumReadSize: UInt32 = 1 << 20
  public var method = Method.automatic

  public init() {}

  /// The options that both mount(2) and `fusermount3` accept.
  ///
  /// These options make the kernel check permissions by mode and owner.
  var sharedOptions: String {
    "default_permissions,max_read=\(maximumReadSize)" + (allowsOthers ? ",allow_other" : "")
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
