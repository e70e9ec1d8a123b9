import CLinux

/// The server's side of the agreement with the kernel.
public struct FuseAgreement: Hashable, Sendable {
  public var minor: UInt32
  public var readAhead: UInt32
  /// What both know.
  public var features: FuseFeatures
  /// The most bytes of a write, and of a read.
  public var largestWrite: UInt32
  public var largestRead: UInt32
  /// After how many seconds without a reply the kernel aborts the connection; 0: never.
  public var requestTimeoutSeconds: UInt16

  /// What a kernel's offer and the server's wishes have in common.
  ///
  /// - Returns: nil where the kernel speaks a protocol that is too old, or of another major version.
  public init?(_ offer: FuseOffer, wishes: FuseRequestedFeatures) {
    guard offer.major == UInt32(CLINUX_FUSE_MAJOR),
      offer.minor >= UInt32(CLINUX_FUSE_OLDEST_MINOR)
    else { return nil }
    minor = min(offer.minor, UInt32(CLINUX_FUSE_MINOR))
    readAhead = offer.readAhead
    features = offer.features.intersection(wishes.features.union(.more))
    largestWrite = wishes.largestWrite
    largestRead = wishes.largestRead
    requestTimeoutSeconds =
      features.contains(.requestTimeout) ? wishes.requestTimeoutSeconds : 0
    if requestTimeoutSeconds == 0 { features.remove(.requestTimeout) }
  }

  /// `struct fuse_init_out`.
  func encode(into reply: inout FuseReplyBuffer) {
    reply.append(number: UInt32(CLINUX_FUSE_MAJOR))
    reply.append(number: minor)
    reply.append(number: readAhead)
    reply.append(number: UInt32(truncatingIfNeeded: features.rawValue))
    // Requests that nobody waits for: the kernel's own limits.
    reply.append(number: UInt32(0))
    reply.append(number: largestWrite)
    // Times are in nanoseconds.
    reply.append(number: UInt32(1))
    reply.append(number: UInt16(clamping: (max(largestRead, largestWrite) + 4095) / 4096))
    reply.append(number: UInt16(0))
    reply.append(number: UInt32(truncatingIfNeeded: features.rawValue >> 32))
    // A backing file is on a filesystem that is on no other one.
    reply.append(number: UInt32(features.contains(.passthrough) ? 1 : 0))
    reply.append(number: requestTimeoutSeconds)
    reply.append(number: UInt16(0))
    for _ in 0..<5 { reply.append(number: UInt32(0)) }
  }
}

/// What a server asks the kernel for.
public struct FuseRequestedFeatures: Hashable, Sendable {
  public var features: FuseFeatures = [
    .asynchronousReads, .truncatingOpen, .largeWrites, .automaticInvalidation,
    .directoryAttributes, .parallelDirectories, .abortError, .requestPages,
    .directoriesWithoutOpen, .expiry, .directIOMappings, .passthrough, .requestTimeout,
  ]
  /// The most bytes of a write: what clears a statistic is short.
  public var largestWrite: UInt32 = 4096
  /// The most bytes of a read; larger ones come in parts.
  public var largestRead: UInt32 = 1 << 20
  /// After how many seconds without a reply the kernel aborts the connection; 0: never.
  ///
  /// Then every reader gets an error, also one that waits for a server that is stopped. From 15 on;
  /// Linux 6.15.
  public var requestTimeoutSeconds: UInt16 = 30

  public init() {}
}
