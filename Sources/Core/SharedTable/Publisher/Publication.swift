/// The name, location and size limits of a publisher's table.
public struct Publication: Hashable, Sendable {
  /// The directory in which readers search for publishers' sockets.
  public static let standardDirectory = "/run/vitals/app"
  /// The directory in which readers search for persistent tables: `/run` is not always on tmpfs.
  public static let standardTableDirectory = "/dev/shm/vitals/app"

  /// The maximum length of a source's path in a table, in bytes.
  public static let maximumPathByteCount = 4096

  /// The name, a path component; `nil` for a table that only this process passes on.
  public var name: String?
  /// The directory of the socket and of the lock file that claims the name.
  public var directory: String
  /// The directory of the table's file, which outlives the publisher; `nil` for a memfd.
  public var tableDirectory: String?
  /// The interval of the heartbeat; 0 for none.
  public var heartbeatIntervalNanoseconds: UInt64 = 1_000_000_000
  /// The maximum size of the table: address space, not memory.
  public var addressSpaceByteCount = 64 << 30
  /// The initial size of the file.
  public var initialByteCount = 1 << 20
  /// The proc(5) mount that provides the boot id.
  public var proc = "/proc"

  /// A table that readers acquire through a socket; the publisher tracks its readers.
  public init(name: String, directory: String = Publication.standardDirectory) {
    self.name = name
    self.directory = directory
  }

  /// A table that readers acquire through a socket or as a file on tmpfs.
  public init(
    persistent name: String, directory: String = Publication.standardDirectory,
    tableDirectory: String = Publication.standardTableDirectory
  ) {
    self.init(name: name, directory: directory)
    self.tableDirectory = tableDirectory
  }

  private init() {
    name = nil
    directory = ""
  }

  /// A table without a name; a reader needs its descriptor.
  public static let unnamed = Publication()

  /// Whether a text is a valid name of a publisher or source.
  static func isName(_ text: String) -> Bool {
    let bytes = text.utf8
    return (1...200).contains(bytes.count) && bytes.first != UInt8(ascii: ".")
      && !bytes.contains { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "/") }
  }
}
