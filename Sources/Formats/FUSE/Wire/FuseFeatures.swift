import CLinux

/// The features negotiated between kernel and server (INIT flags of `linux/fuse.h`).
public struct FuseFeatures: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  private init(_ flag: Int) { rawValue = UInt64(flag) }

  private init(second flag: Int) { rawValue = UInt64(flag) << 32 }

  public static let asynchronousReads = Self(CLINUX_FUSE_ASYNC_READ)
  /// The open request contains O_TRUNC if the flags of open(2) do.
  public static let truncatingOpen = Self(CLINUX_FUSE_ATOMIC_O_TRUNC)
  public static let largeWrites = Self(CLINUX_FUSE_BIG_WRITES)
  /// The kernel drops the cached bytes of a file whose size or time has changed.
  public static let automaticInvalidation = Self(CLINUX_FUSE_AUTO_INVAL_DATA)
  /// Reading a directory also returns the attributes of its entries.
  public static let directoryAttributes = Self(CLINUX_FUSE_DO_READDIRPLUS)
  /// The kernel decides for each read of a directory whether it requests attributes.
  public static let adaptiveDirectoryAttributes = Self(CLINUX_FUSE_READDIRPLUS_AUTO)
  public static let parallelDirectories = Self(CLINUX_FUSE_PARALLEL_DIROPS)
  /// A read of the device fails with different errors after an abort and after an unmount.
  public static let abortError = Self(CLINUX_FUSE_ABORT_ERROR)
  /// The reply to INIT states the maximum number of pages of a request.
  public static let requestPages = Self(CLINUX_FUSE_MAX_PAGES)
  /// If `openDirectory` throws `notImplemented`, the kernel does not send the request again.
  public static let directoriesWithoutOpen = Self(CLINUX_FUSE_NO_OPENDIR_SUPPORT)
  /// The flags have more than 32 bits.
  public static let more = Self(CLINUX_FUSE_INIT_EXT)
  /// A notification can make a cached name expire without removing it.
  public static let expiry = Self(second: CLINUX_FUSE2_HAS_EXPIRE_ONLY)
  /// Files with direct I/O permit shared mappings.
  public static let directIOMappings = Self(second: CLINUX_FUSE2_DIRECT_IO_ALLOW_MMAP)
  /// Files can have backing files.
  ///
  /// Requires Linux 6.9.
  public static let passthrough = Self(second: CLINUX_FUSE2_PASSTHROUGH)
  /// The kernel aborts the connection if a reply takes too long.
  ///
  /// Requires Linux 6.15.
  public static let requestTimeout = Self(second: CLINUX_FUSE2_REQUEST_TIMEOUT)
}

/// The kernel's side of the negotiation: the FUSE_INIT request.
public struct FuseOffer: Hashable, Sendable {
  public let major: UInt32
  public let minor: UInt32
  /// The maximum number of bytes of readahead.
  public let readAhead: UInt32
  public let features: FuseFeatures

  public init(major: UInt32, minor: UInt32, readAhead: UInt32, features: FuseFeatures) {
    self.major = major
    self.minor = minor
    self.readAhead = readAhead
    self.features = features
  }
}
