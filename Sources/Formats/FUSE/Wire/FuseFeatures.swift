import CLinux

/// What the kernel and a server agree upon at the start (INIT flags of `linux/fuse.h`).
public struct FuseFeatures: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  private init(_ flag: Int) { rawValue = UInt64(flag) }

  private init(second flag: Int) { rawValue = UInt64(flag) << 32 }

  public static let asynchronousReads = Self(CLINUX_FUSE_ASYNC_READ)
  /// O_TRUNC comes with the request to open.
  public static let truncatingOpen = Self(CLINUX_FUSE_ATOMIC_O_TRUNC)
  public static let largeWrites = Self(CLINUX_FUSE_BIG_WRITES)
  /// The kernel drops what it keeps of a file whose size or time has changed.
  public static let automaticInvalidation = Self(CLINUX_FUSE_AUTO_INVAL_DATA)
  /// Directories are read with the attributes of what is in them.
  public static let directoryAttributes = Self(CLINUX_FUSE_DO_READDIRPLUS)
  /// The kernel chooses whether it asks for attributes.
  public static let adaptiveDirectoryAttributes = Self(CLINUX_FUSE_READDIRPLUS_AUTO)
  public static let parallelDirectories = Self(CLINUX_FUSE_PARALLEL_DIROPS)
  /// A read of the device tells an aborted connection from an ended one.
  public static let abortError = Self(CLINUX_FUSE_ABORT_ERROR)
  /// The reply says how many pages a request can have.
  public static let requestPages = Self(CLINUX_FUSE_MAX_PAGES)
  /// An `openDirectory` that is not implemented is not asked again.
  public static let directoriesWithoutOpen = Self(CLINUX_FUSE_NO_OPENDIR_SUPPORT)
  /// There are features beyond the first 32.
  public static let more = Self(CLINUX_FUSE_INIT_EXT)
  /// A name can be made to expire, without being removed.
  public static let expiry = Self(second: CLINUX_FUSE2_HAS_EXPIRE_ONLY)
  /// Files with direct I/O can be mapped as shared.
  public static let directIOMappings = Self(second: CLINUX_FUSE2_DIRECT_IO_ALLOW_MMAP)
  /// Files can be backed by others; Linux 6.9.
  public static let passthrough = Self(second: CLINUX_FUSE2_PASSTHROUGH)
  /// The kernel aborts the connection when a reply takes too long; Linux 6.15.
  public static let requestTimeout = Self(second: CLINUX_FUSE2_REQUEST_TIMEOUT)
}

/// The kernel's side of the agreement.
public struct FuseOffer: Hashable, Sendable {
  public let major: UInt32
  public let minor: UInt32
  /// The most bytes that are read ahead.
  public let readAhead: UInt32
  public let features: FuseFeatures

  public init(major: UInt32, minor: UInt32, readAhead: UInt32, features: FuseFeatures) {
    self.major = major
    self.minor = minor
    self.readAhead = readAhead
    self.features = features
  }
}
