/// Where a publisher's table is found, and how much room it has.
public struct Publication: Hashable, Sendable {
  /// Where readers look for publishers' sockets.
  public static let standardDirectory = "/run/vitals/app"
  /// Where readers look for tables that stay: `/run` is not on tmpfs everywhere.
  public static let standardTableDirectory = "/dev/shm/vitals/app"

  /// The longest path of a source in a table, in bytes.
  public static let longestPath = 4096

  /// The name, a part of paths; nil is a table that only this process hands on.
  public var name: String?
  /// Where the socket is, and the lock that makes the name this publisher's.
  public var directory: String
  /// Where the table is a file, readable also after the publisher's end; nil is a memfd.
  public var tableDirectory: String?
  /// How often the publisher says that it runs; 0 is never.
  public var heartbeatIntervalNanoseconds: UInt64 = 1_000_000_000
  /// How large the table may become: address space, not memory.
  public var addressSpaceByteCount = 64 << 30
  /// How large the file is at first.
  public var firstByteCount = 1 << 20
  /// The proc(5) that has the boot's id.
  public var proc = "/proc"

  /// A table behind a socket: readers come and go, the publisher knows them.
  public init(name: String, directory: String = Publication.standardDirectory) {
    self.name = name
    self.directory = directory
  }

  /// A table behind a socket, and a file on tmpfs with the same contents.
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

  /// A table without a name: whoever gets its descriptor can read it.
  public static let unnamed = Publication()

  /// Whether a text can be a publisher's or a source's name.
  static func isName(_ text: String) -> Bool {
    let bytes = text.utf8
    return (1...200).contains(bytes.count) && bytes.first != UInt8(ascii: ".")
      && !bytes.contains { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "/") }
  }
}
