import CLinux

/// The features and limits on which kernel and server agree: the server's reply to FUSE_INIT.
public struct FuseAgreement: Hashable, Sendable {
  public var minor: UInt32
  public var readAhead: UInt32
  /// The features that both sides support.
  public var features: FuseFeatures
  /// The maximum number of bytes of a write.
  public var maximumWriteSize: UInt32
  /// The maximum number of bytes of a read.
  public var maximumReadSize: UInt32
  /// The number of seconds after which the kernel aborts the connection if a reply is missing; 0
  /// means never.
  public var requestTimeoutSeconds: UInt16

  /// Intersects the kernel's offer with the server's request.
  ///
  /// - Returns: Nil if the kernel's protocol is older than 7.23 or of another major version.
  public init?(_ offer: FuseOffer, requested: FuseRequestedFeatures) {
    guard offer.major == UInt32(CLINUX_FUSE_MAJOR),
      offer.minor >= UInt32(CLINUX_FUSE_OLDEST_MINOR)
    else { return nil }
    minor = min(offer.minor, UInt32(CLINUX_FUSE_MINOR))
    readAhead = offer.readAhead
    features = offer.features.intersection(requested.features.union(.more))
    maximumWriteSize = requested.maximumWriteSize
    maximumReadSize = requested.maximumReadSize
    requestTimeoutSeconds =
      features.contains(.requestTimeout) ? requested.requestTimeoutSeconds : 0
    if requestTimeoutSeconds == 0 { features.remove(.requestTimeout) }
  }

  /// Encodes `struct fuse_init_out`.
  func encode(into reply: inout FuseReplyBuffer) {
    reply.append(number: UInt32(CLINUX_FUSE_MAJOR))
    reply.append(number: minor)
    reply.append(number: readAhead)
    reply.append(number: UInt32(truncatingIfNeeded: features.rawValue))
    // The limits of background requests: 0 keeps the limits of the kernel.
    reply.append(number: UInt32(0))
    reply.append(number: maximumWriteSize)
    // The granularity of times: 1 ns.
    reply.append(number: UInt32(1))
    reply.append(number: UInt16(clamping: (max(maximumReadSize, maximumWriteSize) + 4095) / 4096))
    reply.append(number: UInt16(0))
    reply.append(number: UInt32(truncatingIfNeeded: features.rawValue >> 32))
    // The maximum stacking depth: the filesystem of a backing file is not stacked on another
    // filesystem.
    reply.append(number: UInt32(features.contains(.passthrough) ? 1 : 0))
    reply.append(number: requestTimeoutSeconds)
    reply.append(number: UInt16(0))
    for _ in 0..<5 { reply.append(number: UInt32(0)) }
  }
}

/// The features and limits that a server requests.
public struct FuseRequestedFeatures: Hashable, Sendable {
  public var features: FuseFeatures = [
    .asynchronousReads, .truncatingOpen, .largeWrites, .automaticInvalidation,
    .directoryAttributes, .parallelDirectories, .abortError, .requestPages,
    .directoriesWithoutOpen, .expiry, .directIOMappings, .passthrough, .requestTimeout,
  ]
  /// The maximum number of bytes of a write.
  ///
  /// The limit is small, because the text that clears a statistic is short.
  public var maximumWriteSize: UInt32 = 4096
  /// The maximum number of bytes of a read.
  ///
  /// The kernel splits longer reads.
  public var maximumReadSize: UInt32 = 1 << 20
  /// The number of seconds after which the kernel aborts the connection if a reply is missing; 0
  /// means never.
  ///
  /// After the abort, every access fails, even that of a process that waits for a stopped server.
  /// The minimum is 15. The timeout requires Linux 6.15.
  public var requestTimeoutSeconds: UInt16 = 30

  public init() {}
}
