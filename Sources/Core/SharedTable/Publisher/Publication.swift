/// Describes the table that a publisher creates: its name, location and size limits.
public struct Publication: Hashable, Sendable {
  /// The directory in which readers search for publishers' sockets.
  public static let standardDirectory = "/run/vitals/app"
  /// The directory in which readers search for persistent tables.
  ///
  /// The directory is not below `/run`, because `/run` is not always on tmpfs.
  public static let standardTableDirectory = "/dev/shm/vitals/app"

  /// The maximum length of a source's path in a table, in bytes.
  public static let maximumPathByteCount = 4096

  /// The name of the publisher, a path component.
  ///
  /// `nil` means that the table has no socket. This process then passes on the descriptor itself.
  public var name: String?
  /// The directory of the socket and of the lock file that claims the name.
  public var directory: String
  /// The directory of the table's file, which outlives the publisher; `nil` to use a memfd instead.
  public var tableDirectory: String?
  /// The interval of the heartbeat; 0 to have no heartbeat.
  public var heartbeatIntervalNanoseconds: UInt64 = 1_000_000_000
  /// The maximum size of the table, in bytes.
  ///
  /// The publisher reserves address space of this size, but no memory.
  public var addressSpaceByteCount = 64 << 30
  /// The initial size of the file, in bytes.
  public var initialByteCount = 1 << 20
  /// The proc(5) mount that provides the boot id.
  public var proc = "/proc"

  /// Describes a table that readers acquire through a socket.
  ///
  /// The publisher counts its readers.
  public init(name: String, directory: String = Publication.standardDirectory) {
    self.name = name
    self.directory = directory
  }

  /// Describes a table that readers acquire through a socket or as a file on tmpfs.
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

  /// Describes a table without a name.
  ///
  /// Readers need the descriptor of the table.
  public static let unnamed = Publication()

  /// Whether a text is a valid name of a publisher or source.
  static func isName(_ text: String) -> Bool {
    let bytes = text.utf8
    return (1...200).contains(bytes.count) && bytes.first != UInt8(ascii: ".")
      && !bytes.contains { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "/") }
  }
}
