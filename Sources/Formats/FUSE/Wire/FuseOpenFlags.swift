import CLinux
import Glibc

/// The flags of open(2).
public struct FuseOpenFlags: Hashable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Whether the descriptor permits reading.
  public var isForReading: Bool { mode != O_WRONLY }
  /// Whether the descriptor permits writing.
  public var isForWriting: Bool { mode != O_RDONLY }
  /// Whether open(2) truncates the file, as for `>` of a shell.
  public var truncates: Bool { has(O_TRUNC) }
  public var appends: Bool { has(O_APPEND) }
  public var isNonBlocking: Bool { has(O_NONBLOCK) }

  private var mode: CInt { CInt(truncatingIfNeeded: rawValue) & O_ACCMODE }

  private func has(_ flag: CInt) -> Bool { CInt(truncatingIfNeeded: rawValue) & flag != 0 }
}

/// How the kernel treats an opened file or directory (FOPEN flags of `linux/fuse.h`).
public struct FuseOpenOptions: OptionSet, Hashable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  private init(_ flag: Int) { rawValue = UInt32(flag) }

  /// The kernel forwards every read, regardless of the file's size.
  ///
  /// This is necessary for computed text.
  public static let directIO = Self(CLINUX_FUSE_FOPEN_DIRECT_IO)
  /// Bytes that the kernel cached before this open remain valid.
  public static let keepsCache = Self(CLINUX_FUSE_FOPEN_KEEP_CACHE)
  public static let isNotSeekable = Self(CLINUX_FUSE_FOPEN_NONSEEKABLE)
  /// The kernel caches the entries of a directory.
  public static let cachesDirectory = Self(CLINUX_FUSE_FOPEN_CACHE_DIR)
  /// The file has no position.
  public static let isStream = Self(CLINUX_FUSE_FOPEN_STREAM)
  /// The kernel sends no `flush` request for close(2), which saves a request.
  public static let skipsFlush = Self(CLINUX_FUSE_FOPEN_NOFLUSH)
  /// The kernel reads, writes and maps the backing file.
  ///
  /// Valid only together with a backing.
  static let passthrough = Self(CLINUX_FUSE_FOPEN_PASSTHROUGH)
}
