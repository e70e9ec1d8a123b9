import CLinux
import Glibc

/// The flags that a file was opened with (open(2)).
public struct FuseOpenFlags: Hashable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Whether the descriptor can be read.
  public var isForReading: Bool { mode != O_WRONLY }
  /// Whether the descriptor can be written.
  public var isForWriting: Bool { mode != O_RDONLY }
  /// Whether the file is to be emptied, as by a shell's `>`.
  public var truncates: Bool { has(O_TRUNC) }
  public var appends: Bool { has(O_APPEND) }
  public var isNonBlocking: Bool { has(O_NONBLOCK) }

  private var mode: CInt { CInt(truncatingIfNeeded: rawValue) & O_ACCMODE }

  private func has(_ flag: CInt) -> Bool { CInt(truncatingIfNeeded: rawValue) & flag != 0 }
}

/// How the kernel treats a file, or a directory, that was opened (FOPEN flags of `linux/fuse.h`).
public struct FuseOpenOptions: OptionSet, Hashable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  private init(_ flag: Int) { rawValue = UInt32(flag) }

  /// Every read comes here, whatever the size of the file: right for computed text.
  public static let directIO = Self(CLINUX_FUSE_FOPEN_DIRECT_IO)
  /// What was read before is still good.
  public static let keepsCache = Self(CLINUX_FUSE_FOPEN_KEEP_CACHE)
  public static let isNotSeekable = Self(CLINUX_FUSE_FOPEN_NONSEEKABLE)
  /// The kernel keeps a directory's entries.
  public static let cachesDirectory = Self(CLINUX_FUSE_FOPEN_CACHE_DIR)
  /// There is no position in the file.
  public static let isStream = Self(CLINUX_FUSE_FOPEN_STREAM)
  /// No `flush` at close(2), which saves a request.
  public static let skipsFlush = Self(CLINUX_FUSE_FOPEN_NOFLUSH)
  /// Reads, writes and mappings go to the backing file, in the kernel: set with a backing only.
  static let passthrough = Self(CLINUX_FUSE_FOPEN_PASSTHROUGH)
}
